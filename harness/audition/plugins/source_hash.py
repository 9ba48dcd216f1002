"""What a plugin's code was, as a hash: two plugins of one name and hash do the same."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from types import ModuleType


def source_hash(plugin: object) -> str | None:
    """Return 64 hexadecimal digits for the Python source of a plugin's module, of a package with all its modules.

    An installed copy and a checkout of the same code have the same hash, which the RECORD of a distribution would not
    give. None where there is no source to read: an object made in memory, a module in an archive.
    """
    module = plugin if isinstance(plugin, ModuleType) else sys.modules.get(type(plugin).__module__)
    file = getattr(module, "__file__", None)
    if file is None:
        return None
    path = Path(file)
    is_package = path.stem == "__init__"
    try:
        modules = sorted(path.parent.rglob("*.py")) if is_package else [path]
        return _hash({each.relative_to(path.parent).as_posix(): each.read_bytes() for each in modules})
    except OSError:
        return None


def _hash(files: dict[str, bytes]) -> str:
    digest = hashlib.sha256()
    for name, content in files.items():
        code = content.replace(b"\r\n", b"\n")  # a checkout on Windows may have other line ends, and is the same code
        digest.update(f"{name}\0{hashlib.sha256(code).hexdigest()}\n".encode())
    return digest.hexdigest()
