"""Which files of a path make up which split."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from audition.errors import UsageError
from audition_plugins.tasks.readers.sources import SUFFIXES, data_file, kind_of

if TYPE_CHECKING:
    from pathlib import Path

    from audition.tasks import SplitName
    from audition.types import TaskOptions
    from audition_plugins.tasks.readers.sources import DataFile

_SPLIT_NAMES: dict[str, SplitName] = {
    "train": "train",
    "training": "train",
    "validation": "validation",
    "valid": "validation",
    "val": "validation",
    "dev": "validation",
    "test": "test",
}


def split_of(name: str) -> SplitName | None:
    """Return the split that a file or hub split is named after: "train-00000-of-00002", "dev", "test_sft"."""
    return _SPLIT_NAMES.get(re.split(r"[-_.]", name, maxsplit=1)[0].lower())


def find_files(path: Path, label: str, options: TaskOptions | None = None) -> dict[SplitName, list[DataFile]]:
    """Return the files of `path`, a file or a folder, by split; files of a folder that name no split are training data.

    Raises:
        UsageError: nothing is there, or a folder mixes kinds of files.
    """
    if not path.is_dir():
        return {"train": [data_file(path, label, options)]}
    files = _data_files(path, label, options)
    found: dict[SplitName, list[DataFile]] = {}
    for file in files:
        found.setdefault(split_of(file.path.name) or "train", []).append(file)
    if "train" not in found:
        raise UsageError(f"{label}: a folder must hold training data, got only {_listed(files)}")
    return found


def _data_files(folder: Path, label: str, options: TaskOptions | None) -> list[DataFile]:
    paths = sorted(p for p in folder.iterdir() if p.is_file() and kind_of(p) and not p.name.startswith("."))
    files = [data_file(path, f"{label.rstrip('/')}/{path.name}", options) for path in paths]
    if not files:
        raise UsageError(f"{label}: a folder must hold data files ({', '.join(SUFFIXES)}), got none")
    if len({file.kind for file in files}) > 1:
        raise UsageError(f"{label}: a folder must hold one kind of data files, got {_listed(files)}")
    return files


def _listed(files: list[DataFile]) -> str:
    return ", ".join(file.path.name for file in files[:6]) + (", …" if len(files) > 6 else "")
