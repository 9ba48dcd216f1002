"""Files that are either whole or absent."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """Yield a temporary path for a file or folder beside ``path``; it takes its place only if the block succeeds."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{os.getpid()}.partial")
    try:
        yield temporary
        _remove_folder(path)
        temporary.replace(path)
    finally:
        _remove_folder(temporary)
        temporary.unlink(missing_ok=True)


def _remove_folder(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
