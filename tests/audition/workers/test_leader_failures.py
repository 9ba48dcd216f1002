"""What one process of a team cannot do is the outcome of the measurement; none is left waiting, or behind."""

from __future__ import annotations

import os
import re
import signal
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest

from audition.testing.toy.misbehaving import wait_for
from audition_plugins.executors.local import ExecutorClosed
from worlds.faulty_processes import HANGING, LOADS
from worlds.model_requests import numbers
from worlds.sharded_world import World

if TYPE_CHECKING:
    from collections.abc import Sequence

    from audition.types import MeasurementRequest, Status

pytestmark = pytest.mark.slow

ROOMY: dict[str, Any] = {"batch_sizes": (8,), "micro_batch_tokens": 8192}  #: four rows a process, in one forward pass
ROW_BY_ROW: dict[str, Any] = {"micro_batch_tokens": 1}
ONE_STEP: dict[str, Any] = {"n_samples": 5}  #: after two, all would have met the weights that one has spoilt


def processes(asked: MeasurementRequest) -> list[int]:
    """Return the id of each process that has loaded the model, once for each time."""
    return [int(line) for line in (Path(asked.folder) / LOADS).read_text().split()]


def have_ended(ids: Sequence[int]) -> bool:
    """Wait for it."""
    return wait_for(lambda: not any(map(is_running, ids)), seconds=20)


def is_running(process_id: int) -> bool:
    """Return whether there is such a process, and more of it than what its parent has not asked for yet."""
    try:
        state = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in "ZX"


def test_process_that_holds_few_rows_halves_the_micro_batch_of_all(world: World) -> None:
    asked = world.ask(fault="holds-few-rows", **ROOMY)
    halved = world.together(asked)
    assert halved.status == "ok", halved.message
    fitted = halved.micro_batch_tokens or 0
    assert 0 < fitted < 8192
    loads = processes(asked)
    assert len(loads) >= 4, "all of it was done again"
    assert world.together(replace(asked, n_samples=10)).micro_batch_tokens == fitted
    assert processes(asked) == loads, "what had fitted did so again"
    expected = world.together(world.ask(fault="sound", **{**ROOMY, "micro_batch_tokens": fitted}))
    assert numbers(replace(halved, model="", micro_batch_tokens=None)) == numbers(replace(expected, model=""))


FAILURES: dict[str, tuple[dict[str, Any], Status, str]] = {
    "holds-nothing": (
        ROW_BY_ROW,
        "does-not-fit",
        r"^needs more than this machine gave the process: peak .* when it failed at one example of \d+ tokens, ",
    ),
    "dies": (
        {},
        "crashed",
        r"^process 1 of 2: worker ended: killed by SIGKILL, perhaps .*; log: .*worker-\d+\.1\.log$",
    ),
    "raises": ({}, "crashed", r"^RuntimeError: shapes do not match$"),
    "diverges": (
        ONE_STEP,
        "not-finite",
        r"^the loss was not finite within 1 steps at learning rate 0.01 and batch size 5$",
    ),
}


def test_failure_of_one_process_is_the_outcome_of_all_and_the_next_measurement_goes_on(world: World) -> None:
    for fault, (fields, status, message) in FAILURES.items():
        asked = world.ask(fault=fault, **fields)
        failed = world.together(asked)
        assert (failed.status, failed.loss_per_token) == (status, None), failed.message
        assert re.search(message, failed.message), failed.message
        assert status == "not-finite" or have_ended(processes(asked)), "who waits for one that has failed waits in vain"
    assert world.together(world.ask(fault="sound")).status == "ok"


def test_a_team_ends_when_its_leader_is_killed(world: World) -> None:
    asked = world.ask(fault="sound")
    assert world.together(asked).status == "ok"
    (leader,) = world.executor._all  # noqa: SLF001 - nothing public names the processes
    team = processes(asked)[-2:]
    assert all(map(is_running, team))
    os.kill(leader._process.pid, signal.SIGKILL)  # noqa: SLF001 - as above
    assert have_ended(team)


def test_closing_ends_a_team_in_the_middle_of_a_step(tmp_path: Path) -> None:
    world = World(tmp_path / "world")
    asked = world.ask(fault="hangs")
    errors: list[BaseException] = []

    def measure() -> None:
        try:
            world.together(asked)
        except ExecutorClosed as error:
            errors.append(error)

    thread = Thread(target=measure)
    thread.start()
    assert wait_for((Path(asked.folder) / HANGING).exists, seconds=60)
    team = processes(asked)
    assert (len(team), all(map(is_running, team))) == (2, True)
    world.executor.close()
    thread.join(timeout=300)
    assert len(errors) == 1
    assert have_ended(team)
