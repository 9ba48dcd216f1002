"""What earlier selections have left behind: workers without a parent, temporary folders."""

from __future__ import annotations

import os
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from audition.checkup.findings import Check

if TYPE_CHECKING:
    from collections.abc import Iterator

PREFIXES = ("audition-team-", "audition-workers-", "audition-doctor-")  #: of folders in the system's temporary one
OLD = 24 * 3600  #: seconds after which nobody uses such a folder any more
WORKERS = (b"audition.training.worker", b"audition.workers.worker")  #: modules, as their command lines name them


def check_workers(processes: Path = Path("/proc")) -> Check:
    """Return the workers whose selection has ended without them. Where there is no `/proc`, none are found."""
    orphans = sorted(_orphans(processes))
    if not orphans:
        return Check(name="workers", verdict="ok", found="none is left of earlier selections")
    numbers = " ".join(map(str, orphans))
    found = f"{len(orphans)} still run{'s'[: len(orphans) == 1]}, but their selection has ended"
    return Check(
        name="workers", verdict="warning", found=found, advice=f"end them: kill {numbers}", facts={"pids": orphans}
    )


def check_temporary_folders(folder: Path | None = None) -> Check:
    """Return the temporary folders of ours that are older than a day."""
    folder = folder or Path(tempfile.gettempdir())
    before = time.time() - OLD
    old = sorted(str(path) for path in _folders(folder) if path.stat().st_mtime < before)
    if not old:
        return Check(name="leftovers", verdict="ok", found=f"none in {folder}")
    found = f"{len(old)} folder{'s'[: len(old) > 1]} of earlier selections in {folder}, older than a day"
    kinds = sorted({prefix for prefix in PREFIXES for path in old if Path(path).name.startswith(prefix)})
    advice = f"delete them if no selection runs: {' '.join(f'{folder}/{prefix}*' for prefix in kinds)}"
    return Check(name="leftovers", verdict="warning", found=found, advice=advice, facts={"folders": old})


def _folders(folder: Path) -> Iterator[Path]:
    with suppress(OSError):
        yield from (path for path in folder.iterdir() if path.name.startswith(PREFIXES) and path.is_dir())


def _orphans(processes: Path) -> Iterator[int]:
    with suppress(OSError):
        for process in processes.iterdir():
            # a process may end while it is looked at, and those of others cannot be read
            with suppress(OSError, ValueError, IndexError):
                if process.name.isdecimal() and _is_worker(process) and _is_orphan(process, processes):
                    yield int(process.name)


def _is_worker(process: Path) -> bool:
    if process.stat().st_uid != os.getuid():
        return False
    return any(module in (process / "cmdline").read_bytes().split(b"\0") for module in WORKERS)


def _is_orphan(process: Path, processes: Path) -> bool:
    """Return whether its parent is the first process, unless that one is a Python: a container may begin with us."""
    # the fourth field is the parent's number; the second, in brackets, may hold anything
    parent = (process / "stat").read_text().rpartition(")")[2].split()[1]
    return parent == "1" and b"python" not in (processes / "1" / "cmdline").read_bytes().partition(b"\0")[0]
