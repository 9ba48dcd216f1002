"""Where validated rows are kept between runs: `.audition/cache/tasks`, or `tasks` under `AUDITION_CACHE`.

    <fingerprint>/          rows.arrow, train.npy, validation.npy, test.npy: the rows and the row numbers of the splits
    opened/<stamp>.json     what sources of this identity, read with these options, came to

The stamp lets a second opening skip even the hashing of the sources.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from audition.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator


def cache_folder() -> Path:
    """Return the folder of this cache; it need not exist."""
    return Path(os.environ.get("AUDITION_CACHE") or Path(".audition", "cache")) / "tasks"


def recall(stamp: str) -> dict[str, Any] | None:
    """Return what was noted under `stamp`, or None if nothing was, or its rows are gone."""
    with suppress(OSError, ValueError):
        note: dict[str, Any] = json.loads(_note_path(stamp).read_text(encoding="utf-8"))
        if (cache_folder() / note["fingerprint"]).is_dir():
            return note
    return None


def remember(stamp: str, note: dict[str, Any]) -> None:
    """Note `note`, which names a "fingerprint", under `stamp`."""
    path = _note_path(stamp)
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, suffix=".tmp", delete=False, encoding="utf-8") as file:
        json.dump(note, file)
    Path(file.name).replace(path)


@contextmanager
def writing() -> Iterator[Path]:
    """Give a temporary folder inside the cache; it is removed unless `keep` moved it.

    Raises:
        UsageError: the cache cannot be written, for example because the disk is full.
    """
    folder = None
    try:
        cache_folder().mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(dir=cache_folder(), prefix=".writing-"))
        yield folder
    except OSError as error:
        where = cache_folder()
        raise UsageError(
            f"cannot write the task cache {where}: {error.strerror or error}; AUDITION_CACHE moves it"
        ) from error
    finally:
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)


def keep(folder: Path, fingerprint: str) -> None:
    """Move a finished temporary folder to its place, in one step; another process may have been faster."""
    target = cache_folder() / fingerprint
    try:
        folder.rename(target)
    except OSError:
        if not target.is_dir():
            raise


def _note_path(stamp: str) -> Path:
    return cache_folder() / "opened" / f"{stamp}.json"
