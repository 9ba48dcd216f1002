"""What an executor returns: a measurement, or how it failed."""
# ruff: noqa: D102 - the names of tests are their documentation

from __future__ import annotations

import math
from pathlib import Path

import pytest

from audition.testing.executors.base import ExecutorChecks, numbers, run, run_all, said
from audition.testing.promises import promise, require
from audition.testing.toy.misbehaving import IN_PROCESS, Behaviour
from audition.types import Calibration, ExecutorEntry, Progress, Status
from audition.types.protocols import Executor


class OutcomeChecks(ExecutorChecks):
    """Checks of what comes back."""

    @promise(
        "an executor returns the observation of the request, and reports progress meanwhile",
        keep="load the request's model and task, call Candidate.measure(request, on_progress), return what it returns",
    )
    def test_a_measurement_comes_back_with_its_progress(self, entry: ExecutorEntry, checkpoints: Path) -> None:
        request, steps = self.request(checkpoints / "good"), list[Progress]()
        with self.made(entry) as executor:
            require(isinstance(executor, Executor), "`make` returns something without slots, run, calibrate or close")
            require(isinstance(executor.slots, int) and executor.slots >= 1, f"it has {executor.slots!r} slots")
            observation = executor.run(request, steps.append)
        require(observation.status == "ok", f"a good model ended as {said(observation)}")
        asked = (request.model.name, request.task.name, request.n_samples, (request.seed,))
        got = (observation.model, observation.task, observation.n_samples, observation.seeds)
        require(got == asked, f"asked for {asked} it returned one of {got}")
        loss = observation.loss_per_byte
        require(loss is not None and math.isfinite(loss) and loss > 0, f"the loss per byte is {loss!r}")
        require(observation.cost.n_samples == request.n_samples, f"the cost is {observation.cost}")
        require({step.model for step in steps} == {request.model.name}, f"{len(steps)} steps of progress came")

    @promise(
        "a failed fine-tuning is an outcome, and the next request goes on",
        keep="catch whatever the worker raises and return an Observation with a status and a message in one line",
    )
    def test_a_failure_is_an_outcome_and_the_next_goes_on(self, entry: ExecutorEntry, checkpoints: Path) -> None:
        with self.made(entry) as executor:
            self._require_failure(executor, checkpoints, "raises", "crashed")
            self._require_failure(executor, checkpoints, "runs-out", "out-of-memory", "does-not-fit")
            self._require_failure(executor, checkpoints, "diverges", "not-finite")
            after = run(executor, self.request(checkpoints / "good"))
        require(after.status == "ok", f"after failures a good model ended as {said(after)}")

    @promise(
        "a worker that dies is an outcome, and the next request goes on",
        keep="notice that the worker's process has ended, return status 'crashed', and start another worker",
    )
    def test_a_crash_is_an_outcome_and_the_next_goes_on(self, entry: ExecutorEntry, checkpoints: Path) -> None:
        deaths: tuple[Behaviour, ...] = ("exits", "is-killed")
        with self.made(entry) as executor:
            for behaviour in deaths:
                try:
                    self._require_failure(executor, checkpoints, behaviour, "crashed")
                finally:
                    if (checkpoints / behaviour / IN_PROCESS).exists():
                        pytest.skip("it fine-tunes in the process that asks, whose crash nobody survives")
            after = run(executor, self.request(checkpoints / "good"))
        require(after.status == "ok", f"after a crash a good model ended as {said(after)}")

    @promise(
        "what a library prints does not disturb",
        keep="keep answers apart from the worker's standard output",
    )
    def test_what_a_model_prints_does_not_disturb(self, entry: ExecutorEntry, checkpoints: Path) -> None:
        with self.made(entry) as executor:
            observation = run(executor, self.request(checkpoints / "prints", "prints"))
        require(observation.status == "ok", f"a model that prints ended as {said(observation)}")

    @promise(
        "as many measurements run at once as there are slots",
        keep="let `slots` say how many `run` calls you serve at the same time, and serve as many",
    )
    def test_as_many_run_at_once_as_there_are_slots(
        self, entry: ExecutorEntry, checkpoints: Path, tmp_path: Path
    ) -> None:
        place = tmp_path / "place"
        place.mkdir()
        with self.made(entry, slots=2) as executor:
            n = executor.slots
            requests = [self.request(checkpoints / f"meets-{i}", "meets", place=str(place), n=n) for i in range(n)]
            outcomes = run_all(executor, requests)
        for observation in outcomes:
            require(observation.status == "ok", f"of {n} models that wait for each other one {said(observation)}")

    @promise(
        "the same request gives the same numbers, whatever ran before and whatever runs beside it",
        keep="one thread a CPU worker, weights restored between requests, no state shared by two measurements",
    )
    def test_numbers_repeat_whatever_the_number_of_slots(self, entry: ExecutorEntry, checkpoints: Path) -> None:
        good: tuple[Behaviour, ...] = ("good", "fine")
        requests = [self.request(checkpoints / name, name, n_samples=n) for name in good for n in (16, 32)]
        found = []
        for slots in (1, 2):
            with self.made(entry, slots=slots) as executor:
                found.append([numbers(each) for each in run_all(executor, requests[:: 1 if slots == 1 else -1])])
        one_by_one, at_once = found[0], found[1][::-1]
        for alone, beside in zip(one_by_one, at_once, strict=True):
            seen = f"{alone.model!r} at {alone.n_samples}: {alone.loss_per_byte!r} became {beside.loss_per_byte!r}"
            require(alone == beside, seen)

    @promise(
        "the speed of a model can be asked for, and None means that nobody knows",
        keep="call Candidate.calibrate(request); return None where the model cannot be loaded",
    )
    def test_a_calibration_comes_back_or_none(self, entry: ExecutorEntry, checkpoints: Path) -> None:
        with self.made(entry) as executor:
            speed = executor.calibrate(self.request(checkpoints / "good"))
            none = executor.calibrate(self.request(checkpoints / "raises", "raises"))
        require(speed is None or isinstance(speed, Calibration), f"of a good model it is {speed!r}")
        require(none is None, f"of a model that cannot be loaded it is {none!r}")

    def _require_failure(self, executor: Executor, checkpoints: Path, behaviour: Behaviour, *statuses: Status) -> None:
        failed = run(executor, self.request(checkpoints / behaviour, behaviour))
        seen = f"a model that {behaviour} ended as {said(failed)}, not as {' or '.join(statuses)}"
        require(failed.status in statuses, seen)
        losses = (failed.loss, failed.loss_per_token, failed.loss_per_byte)
        require(losses == (None,) * 3, f"a model that {behaviour} has losses {losses}")
        is_one_line = bool(failed.message) and "\n" not in failed.message
        require(is_one_line, f"a model that {behaviour} has the message {failed.message!r}")
