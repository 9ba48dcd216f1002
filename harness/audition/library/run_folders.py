"""Run folders: what a selection leaves behind for people and programs."""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from audition.errors import UsageError
from audition.library.paging import page_of_run, write_page
from audition.text import codec

if TYPE_CHECKING:
    from audition.types import Report

RUNS = Path(".audition/runs")


def new_run_folder(task: str, selector: str) -> Path:
    """Return the path of a run folder that does not exist yet, named by time, task and selector."""
    when = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", Path(task).name).strip("-") or "task"
    folder = RUNS / f"{when}-{name}-{selector}"
    return folder if not folder.exists() else folder.with_name(f"{folder.name}-{os.getpid()}")


def write_run(folder: Path, report: Report, *, has_page: bool = True) -> None:
    """Write `report.json` to the folder, and its page beside it, each whole or not at all.

    Raises:
        UsageError: the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = folder / "report.json.part"
        unfinished.write_text(codec.dumps(report.to_json(), indent=2) + "\n", encoding="utf-8")
        unfinished.replace(folder / "report.json")
    except OSError as error:
        raise UsageError(f"{folder}: the report cannot be written: {error.strerror or error}") from error
    if has_page:
        write_page(folder, page_of_run(codec.to_json(report.to_json()), folder))
