from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest

from audition.checkup.leftovers import check_temporary_folders, check_workers

if TYPE_CHECKING:
    from pathlib import Path


def process(folder: Path, number: int, command: str, *, parent: int = 1) -> None:
    """Write what Linux shows of a process; its name has a bracket, as anybody's may."""
    (folder / str(number)).mkdir(parents=True)
    (folder / str(number) / "cmdline").write_bytes(command.replace(" ", "\0").encode() + b"\0")
    (folder / str(number) / "stat").write_text(f"{number} (py) thon) S {parent} {number} 0\n")


def test_workers_whose_parent_has_gone_are_found(tmp_path: Path) -> None:
    process(tmp_path, 1, "/sbin/init", parent=0)
    process(tmp_path, 70, "python -m audition.training.worker")
    process(tmp_path, 71, "python -m audition.training.worker", parent=60)
    process(tmp_path, 72, "vim audition.training.worker.txt")
    (tmp_path / "uptime").write_text("5")
    check = check_workers(tmp_path)
    assert (check.verdict, check.facts["pids"], check.advice) == ("warning", [70], "end them: kill 70")


def test_workers_of_a_container_that_begins_with_audition_have_their_parent(tmp_path: Path) -> None:
    process(tmp_path, 1, "/usr/bin/python3 /usr/bin/audition select", parent=0)
    process(tmp_path, 70, "python -m audition.training.worker")
    assert check_workers(tmp_path).verdict == "ok"


def test_where_processes_cannot_be_seen_none_are_found(tmp_path: Path) -> None:
    assert check_workers(tmp_path / "none").verdict == "ok"


@pytest.mark.parametrize(("age", "verdict"), [(3600, "ok"), (2 * 24 * 3600, "warning")])
def test_temporary_folders_are_left_overs_after_a_day(tmp_path: Path, age: int, verdict: str) -> None:
    then = time.time() - age
    for name in ("audition-team-x", "other-y"):
        (tmp_path / name).mkdir()
        os.utime(tmp_path / name, (then, then))
    check = check_temporary_folders(tmp_path)
    assert check.verdict == verdict
    assert check.facts.get("folders", []) == ([str(tmp_path / "audition-team-x")] if verdict == "warning" else [])
