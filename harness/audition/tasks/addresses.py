"""What a task's name means: a listed task, an address `scheme:…`, or else a file or folder."""

from __future__ import annotations

import os
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

from audition.errors import UsageError, unknown_name
from audition.types import TaskOptions

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from audition.types import TaskEntry

FOLDER = "/"  #: the suffix by which an entry claims folders


def find_opener(name: str, options: TaskOptions, entries: Collection[TaskEntry], *, hint: str = "") -> TaskEntry:
    """Return the entry that opens `name`. A listed name wins; a path needs a slash or a suffix that an entry claims.

    Raises:
        UsageError: nothing of this name is listed or lies there, nothing reads it, or a listed task is given options.
    """
    listed = {entry.name: entry for entry in entries if entry.spec is not None}
    if name in listed:
        _check_no_options(name, options)
        return listed[name]
    schemes = {entry.scheme: entry for entry in entries if entry.scheme}
    scheme, colon, _ = name.partition(":")
    if colon and scheme in schemes:
        return schemes[scheme]
    suffixes = {suffix.lower(): entry for entry in entries for suffix in entry.suffixes}
    if not _is_path(name, suffixes):
        advice = f"To read the file or folder of this name, write './{name}'." if Path(name).exists() else ""
        raise unknown_name("task", name, listed, hint=f"{advice} {hint}".strip())
    return _reader(name, suffixes)


def _check_no_options(name: str, options: TaskOptions) -> None:
    default = TaskOptions()
    given = [field.name for field in fields(options) if getattr(options, field.name) != getattr(default, field.name)]
    if given:
        flags = ", ".join(f"--{field.replace('_', '-')}" for field in given)
        raise UsageError(f"listed task {name!r} takes no {flags}: only a file or a hub data set does")


def _is_path(name: str, suffixes: Mapping[str, TaskEntry]) -> bool:
    return "/" in name or os.sep in name or _suffix(name, suffixes) is not None


def _suffix(name: str, suffixes: Mapping[str, TaskEntry]) -> str | None:
    """Return the longest claimed suffix of `name`, so that `.jsonl.gz` wins over `.gz`."""
    matching = [suffix for suffix in suffixes if suffix != FOLDER and name.lower().endswith(suffix)]
    return max(matching, key=len, default=None)


def _reader(name: str, suffixes: Mapping[str, TaskEntry]) -> TaskEntry:
    path = Path(name)
    if not path.exists():
        raise UsageError(f"no such file or folder: {name!r}")
    suffix = FOLDER if path.is_dir() else _suffix(name, suffixes)
    if suffix is None or suffix not in suffixes:
        what = "folders" if path.is_dir() else f"files such as {name!r}"
        raise UsageError(f"no plugin reads {what}; known suffixes: {', '.join(sorted(suffixes)) or 'none'}")
    return suffixes[suffix]
