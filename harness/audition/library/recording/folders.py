"""Run folders: what a selection leaves behind for people and programs."""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from audition.errors import UsageError
from audition.library.paging import page_of_run, write_page
from audition.library.settings.resolved import NAME, settings_of
from audition.text import codec

if TYPE_CHECKING:
    from audition.selection.config import SelectionConfig
    from audition.types import Report, Source

RUNS = Path(".audition/runs")


def new_run_folder(task: str, selector: str) -> Path:
    """Return the path of a run folder that does not exist yet, named by time, task and selector."""
    when = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", Path(task).name).strip("-") or "task"
    folder = RUNS / f"{when}-{name}-{selector}"
    return folder if not folder.exists() else folder.with_name(f"{folder.name}-{os.getpid()}")


def write_asked(folder: Path, config: SelectionConfig, source: Source) -> None:
    """Write `audition.toml` to the folder: the settings that repeat the selection.

    Raises:
        UsageError: the folder cannot be written.
    """
    _write(folder, NAME, settings_of(config, source, folder))


def write_run(folder: Path, report: Report, *, has_page: bool = True) -> None:
    """Write `report.json` to the folder, and its page beside it, each whole or not at all.

    Raises:
        UsageError: the folder cannot be written.
    """
    _write(folder, "report.json", codec.dumps(report.to_json(), indent=2) + "\n")
    if has_page:
        write_page(folder, page_of_run(codec.to_json(report.to_json()), folder))


def _write(folder: Path, name: str, text: str) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = folder / f"{name}.part"
        unfinished.write_text(text, encoding="utf-8")
        unfinished.replace(folder / name)
    except OSError as error:
        what = name.partition(".")[0] if name.startswith("report") else "settings"
        raise UsageError(f"{folder}: the {what} cannot be written: {error.strerror or error}") from error
