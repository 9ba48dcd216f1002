"""Names for the shell to complete, from a small file: loading plugins at every TAB would take a second.

The file is made when it is missing, or when what it depends on has changed: the folders that Python imports from, and
the variables that choose plugins. Whatever goes wrong, nothing is proposed, and nothing is said.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

KINDS = ("models", "tasks", "selectors", "executors")
VARIABLES = ("AUDITION_PLUGINS", "AUDITION_DISABLE_PLUGINS")


def completes(kind: str, *, is_list: bool = False) -> Callable[[str], list[str]]:
    """Return what typer asks for proposals: names of a kind that begin so; of a list, its last name is completed."""

    def propose(incomplete: str) -> list[str]:
        before, comma, last = incomplete.rpartition(",") if is_list else ("", "", incomplete)
        try:
            return [f"{before}{comma}{name}" for name in names(kind) if name.startswith(last)]
        except Exception:  # noqa: BLE001 - a TAB must not answer with a traceback
            return []

    return propose


def names(kind: str) -> list[str]:
    """Return the names of a kind, from the file or, where it is stale, from the plugins."""
    key, file = _key(), _file()
    try:
        known = json.loads(file.read_text(encoding="utf-8"))
        if known["key"] == key:
            return list(known[kind])
    except (OSError, ValueError, KeyError):
        pass
    found = _from_plugins()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        unfinished = file.with_name(f"{file.name}.{os.getpid()}")
        unfinished.write_text(json.dumps({"key": key, **found}), encoding="utf-8")
        unfinished.replace(file)
    except OSError:
        pass
    return found[kind]


def _from_plugins() -> dict[str, list[str]]:
    from audition.library.words import load_catalog

    catalog = load_catalog([])
    return {kind: sorted(getattr(catalog, kind)) for kind in KINDS}


def _key() -> str:
    """Return what changes when a distribution comes, goes or is updated, or other plugins are chosen."""
    places = [(path, os.stat(path).st_mtime_ns) for path in sys.path[1:] if os.path.isdir(path)]  # noqa: PTH112, PTH116 - pathlib takes as long again
    chosen = [os.environ.get(name, "") for name in VARIABLES]
    files = [(path, os.stat(path).st_mtime_ns) for path in chosen[0].split(",") if path and os.path.isfile(path)]  # noqa: PTH113, PTH116 - likewise
    return hashlib.sha256(repr((places, chosen, files)).encode()).hexdigest()


def _file() -> Path:
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "audition" / "names.json"
