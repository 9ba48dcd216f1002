"""How an executor ends: a measurement that hangs, and itself."""
# ruff: noqa: D102 - the names of tests are their documentation

from __future__ import annotations

from pathlib import Path
from threading import Thread
from typing import TypeAlias

import pytest

from audition.errors import AuditionError, describe
from audition.testing.executors.base import ExecutorChecks, run, said
from audition.testing.promises import promise, require
from audition.testing.toy.misbehaving import HANGING, wait_for
from audition.types import ExecutorEntry, MeasurementRequest, Observation, Status
from audition.types.protocols import Executor

Outcome: TypeAlias = "Observation | Exception"
_TIME_LIMIT = 2.0  #: seconds; a model that hangs is beyond any


class EndingChecks(ExecutorChecks):
    """Checks of how an executor ends what it runs."""

    @promise(
        "a measurement that takes too long is ended, as an outcome",
        keep="kill the worker after `timeout` seconds and return status 'timed-out' and no loss",
    )
    def test_a_measurement_that_takes_too_long_is_ended(self, entry: ExecutorEntry, checkpoints: Path) -> None:
        try:
            entry.make(slots=1, **self.options, timeout=_TIME_LIMIT).close()
        except TypeError:
            pytest.skip("it takes no option 'timeout'")
        outcomes: list[Outcome] = []
        with self.made(entry, timeout=_TIME_LIMIT) as executor:
            asking = _in_thread(executor, self.request(checkpoints / "hangs", "hangs"), outcomes)
            asking.join(self.patience)
            require(not asking.is_alive(), f"it still runs after {self.patience:g} s")
        require(_status(outcomes[0]) == "timed-out", f"it ended as {_shown(outcomes[0])}")

    @promise(
        "closing ends at once what runs and what waits",
        keep="kill the workers, and let every blocked `run` raise an AuditionError or return a failed observation",
    )
    def test_closing_ends_what_runs_and_what_waits(self, entry: ExecutorEntry, checkpoints: Path) -> None:
        outcomes: list[Outcome] = []
        with self.made(entry) as executor:
            requests = [self.request(checkpoints / f"hangs-{i}", "hangs") for i in range(executor.slots + 1)]
            asking = [_in_thread(executor, request, outcomes) for request in requests]
            wait_for(
                lambda: any(checkpoints.glob(f"*/{HANGING}")) or not any(thread.is_alive() for thread in asking),
                seconds=self.patience,
            )
            executor.close()
            for thread in asking:
                thread.join(self.patience)
        n_alive = sum(thread.is_alive() for thread in asking)
        require(n_alive == 0, f"{n_alive} of {len(asking)} calls of `run` still block {self.patience:g} s later")
        for outcome in outcomes:
            is_end = isinstance(outcome, AuditionError) or _status(outcome) not in (None, "ok")
            require(is_end, f"a model that hangs ended as {_shown(outcome)}")

    @promise(
        "closing twice is closing, and a closed executor runs nothing",
        keep="let `close` do nothing the second time, and `run` raise an AuditionError after it",
    )
    def test_a_closed_executor_stays_closed(self, entry: ExecutorEntry, checkpoints: Path) -> None:
        outcomes: list[Outcome] = []
        with self.made(entry) as executor:
            executor.close()
            executor.close()
            asking = _in_thread(executor, self.request(checkpoints / "good"), outcomes)
            asking.join(self.patience)
            require(not asking.is_alive(), f"`run` blocks for more than {self.patience:g} s after `close`")
        is_refused = isinstance(outcomes[0], AuditionError) or _status(outcomes[0]) not in (None, "ok")
        require(is_refused, f"`run` after `close` ended as {_shown(outcomes[0])}")


def _in_thread(executor: Executor, request: MeasurementRequest, outcomes: list[Outcome]) -> Thread:
    """Run a request in a thread that outlives no process, and note what `run` returns or raises."""

    def ask() -> None:
        try:
            outcomes.append(run(executor, request))
        except Exception as error:  # noqa: BLE001 - a plugin may raise anything
            outcomes.append(error)

    thread = Thread(target=ask, daemon=True)
    thread.start()
    return thread


def _status(outcome: Outcome) -> Status | None:
    return None if isinstance(outcome, Exception) else outcome.status


def _shown(outcome: Outcome) -> str:
    return describe(outcome) if isinstance(outcome, Exception) else said(outcome)
