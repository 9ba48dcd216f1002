"""Every benchmark runs at its smallest size, and the page is what was measured last. No time is asserted."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from reference.performance_page import performance_page
from run import SUITE
from suite.measuring import Row
from worlds.paths import ROOT

if TYPE_CHECKING:
    from pathlib import Path

PEERS = {"start_up": True, "laws": True, "bench": False, "ledger": False, "curve": True, "selection": True}


@pytest.mark.slow
@pytest.mark.parametrize("name", SUITE)
def test_a_benchmark_measures_something_and_writes_it_down(name: str, tmp_path: Path) -> None:
    output = tmp_path / "results.json"
    program = [sys.executable, str(ROOT / "benchmarks" / "run.py")]
    command = [*program, "--only", name, "--scale", "smoke", "--output", str(output)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(output.read_text(encoding="utf-8"))[name]
    assert found["scale"] == "smoke"
    assert all(min(row["ours"]) > 0 for row in found["rows"])
    assert bool(found["rows"][0]["peer"]) == PEERS[name]
    assert len(done.stdout.splitlines()) == len(found["rows"])


def test_a_ratio_is_of_medians_and_a_goal_without_a_peer_is_a_limit() -> None:
    beside = Row(benchmark="b", case="c", quantity="s", ours=(1.0, 2.0, 9.0), peer=(5.0, 6.0, 70.0), goal=3.0)
    assert (beside.ratio, beside.reaches) == (3.0, True)
    alone = Row(benchmark="b", case="c", quantity="s", ours=(1.0, 2.0, 9.0), goal=1.5)
    assert (alone.ratio, alone.reaches) == (None, False)


def test_the_page_shows_what_was_measured_last() -> None:
    page = (ROOT / "docs" / "performance.md").read_text(encoding="utf-8")
    assert page == performance_page(), "run `python scripts/write_docs.py`"


def test_what_is_kept_was_measured_at_full_scale() -> None:
    results = json.loads((ROOT / "benchmarks" / "results.json").read_text(encoding="utf-8"))
    assert {found["scale"] for found in results.values()} <= {"full"}
