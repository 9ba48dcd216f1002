"""Plugins that are one file, not a distribution: `--plugin my_selector.py`. Only files that somebody named are read."""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from audition.errors import UsageError
from audition.types import PluginFile

if TYPE_CHECKING:
    from collections.abc import Iterable

VARIABLE = "AUDITION_PLUGINS"  #: paths with commas between, as if each were given by `--plugin`


def files_of_environment() -> tuple[str, ...]:
    """Return the paths in `AUDITION_PLUGINS`."""
    return tuple(path.strip() for path in os.environ.get(VARIABLE, "").split(",") if path.strip())


def read_plugins(files: Iterable[str | PluginFile]) -> tuple[tuple[PluginFile, bytes], ...]:
    """Return each file and what it holds, none twice.

    Raises:
        UsageError: a path is no readable Python file, or a `PluginFile` holds something else than it did.
    """
    read = {file.path: (file, source) for file, source in map(_read, files)}
    return tuple(read.values())


def import_source(file: PluginFile, source: bytes) -> ModuleType:
    """Return a fresh module made of exactly the bytes that `file` is the hash of; raises whatever importing raises."""
    name = f"audition_local_{Path(file.path).stem}_{file.sha256[:12]}"
    module = ModuleType(name)
    module.__file__ = file.path
    sys.modules[name] = module  # dataclasses look their module up
    try:
        # no cached bytecode, and none of this module's own `from __future__`
        exec(compile(source, file.path, "exec", dont_inherit=True), vars(module))  # noqa: S102 - the user named it
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _read(file: str | PluginFile) -> tuple[PluginFile, bytes]:
    given = file if isinstance(file, str) else file.path
    path = Path(given).expanduser().absolute()
    if path.suffix != ".py":
        raise UsageError(f"a plugin file must be a Python file (.py), got {given!r}")
    try:
        source = path.resolve(strict=True).read_bytes()
    except OSError as error:
        raise UsageError(f"plugin file {given!r} cannot be read: {error.strerror or error}") from None
    read = PluginFile(path=str(path.resolve()), sha256=hashlib.sha256(source).hexdigest())
    if isinstance(file, PluginFile) and read.sha256 != file.sha256:
        raise UsageError(f"plugin file {given!r} has changed since it was loaded: start again, with one or the other")
    return read, source
