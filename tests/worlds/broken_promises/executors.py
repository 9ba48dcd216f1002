"""Executors that compute a loss by formula in threads of this process, each with one fault. Torch-free."""

from __future__ import annotations

import json
from concurrent.futures import FIRST_COMPLETED, Future, InvalidStateError, wait
from contextlib import suppress
from itertools import count
from pathlib import Path
from threading import Lock, Semaphore, Thread
from typing import TYPE_CHECKING, Any

from audition.errors import AuditionError
from audition.testing.toy.misbehaving import HANGING, IN_PROCESS, RELEASED, wait_for
from audition.types import Calibration, Cost, Observation, Progress

if TYPE_CHECKING:
    from collections.abc import Callable

    from audition.types import MeasurementRequest, Status

OnProgress = "Callable[[Progress], None]"


class Good:
    """What all of them are but for one method: every promise kept, without any training."""

    def __init__(self, *, slots: int = 1) -> None:
        self.slots = slots
        self._turns = Semaphore(slots)
        self._closing: Future[None] = Future()

    def run(self, request: MeasurementRequest, on_progress: Callable[[Progress], None]) -> Observation:
        if self._closing.done():
            raise AuditionError("closed")
        outcome: Future[Observation] = Future()
        Thread(target=self._take_turn, args=(request, on_progress, outcome), daemon=True).start()
        either: list[Future[Any]] = [outcome, self._closing]
        wait(either, return_when=FIRST_COMPLETED)
        if not outcome.done():
            raise AuditionError("closed")
        return outcome.result()

    def calibrate(self, request: MeasurementRequest) -> Calibration | None:
        if _script(request)["behaviour"] == "raises":
            return None
        return Calibration(tokens_per_example=8, seconds_per_training_token=1e-6, seconds_per_evaluated_token=1e-6)

    def close(self) -> None:
        with suppress(InvalidStateError):
            self._closing.set_result(None)

    def measure(self, request: MeasurementRequest, on_progress: Callable[[Progress], None]) -> Observation:
        """Return the outcome of one request, in a thread that has its turn."""
        self.report(request, on_progress)
        try:
            self.behave(request, _script(request))
        except MemoryError as error:
            return _observation(request, status="out-of-memory", message=str(error))
        except ArithmeticError as error:
            return _observation(request, status="not-finite", message=str(error))
        except RuntimeError as error:
            return _observation(request, status="crashed", message=str(error))
        loss = self.loss(request)
        return _observation(request, loss_per_byte=loss, loss_per_token=2 * loss)

    def report(self, request: MeasurementRequest, on_progress: Callable[[Progress], None]) -> None:
        on_progress(Progress(model=request.model.name, n_samples=request.n_samples, stage="training", done=1, total=1))

    def loss(self, request: MeasurementRequest) -> float:
        return len(request.model.name) / (1 + request.n_samples)

    def behave(self, request: MeasurementRequest, script: dict[str, Any]) -> None:
        """Do what the checkpoint says, as the adapter of misbehaving models does."""
        folder = Path(request.folder)
        match script["behaviour"]:
            case "raises":
                raise RuntimeError("no such layer")
            case "runs-out":
                raise MemoryError("cannot allocate 1 TiB")
            case "diverges":
                raise ArithmeticError("the loss is nan")
            case "exits" | "is-killed":
                (folder / IN_PROCESS).touch()
                raise RuntimeError("it was to end its process")
            case "hangs":
                (folder / HANGING).touch()
                wait_for((folder / RELEASED).exists, seconds=60)
            case "meets":
                place = Path(script["place"])
                (place / folder.name).touch()
                if not wait_for(lambda: len(list(place.iterdir())) >= script["n"], seconds=script["patience"]):
                    raise RuntimeError("waited alone")

    def _take_turn(
        self, request: MeasurementRequest, on_progress: Callable[[Progress], None], outcome: Future[Observation]
    ) -> None:
        with self._turns:
            try:
                outcome.set_result(self.measure(request, on_progress))
            except BaseException as error:  # noqa: BLE001 - raised again where `run` was called
                outcome.set_exception(error)


class AnswersAnotherQuestion(Good):
    def measure(self, request: MeasurementRequest, on_progress: Callable[[Progress], None]) -> Observation:
        observation = super().measure(request, on_progress)
        return _observation(request, seed=1, loss_per_byte=1.0) if observation.status == "ok" else observation


class SaysNothing(Good):
    def report(self, request: MeasurementRequest, on_progress: Callable[[Progress], None]) -> None:
        """No progress."""


class RaisesWhatIsRaised(Good):
    def measure(self, request: MeasurementRequest, on_progress: Callable[[Progress], None]) -> Observation:
        observation = super().measure(request, on_progress)
        if observation.status == "crashed" and _script(request)["behaviour"] == "raises":
            raise RuntimeError(observation.message)
        return observation


class LosesItsWorker(Good):
    """Its worker would be another process, whose end it does not expect."""

    def behave(self, request: MeasurementRequest, script: dict[str, Any]) -> None:
        if script["behaviour"] == "exits":
            raise EOFError("the worker has ended")
        super().behave(request, script)


class ReadsWhatIsPrinted(Good):
    def behave(self, request: MeasurementRequest, script: dict[str, Any]) -> None:
        if script["behaviour"] == "prints":
            raise RuntimeError("an answer must be JSON, got 'a library that prints'")
        super().behave(request, script)


class OneAtATime(Good):
    def __init__(self, *, slots: int = 1) -> None:
        super().__init__(slots=slots)
        self._turns = Semaphore(1)


class NeverTheSame(Good):
    counter = count()

    def loss(self, request: MeasurementRequest) -> float:
        return super().loss(request) + 1e-9 * next(self.counter)


class CalibratesOrRaises(Good):
    def calibrate(self, request: MeasurementRequest) -> Calibration | None:
        if _script(request)["behaviour"] == "raises":
            raise RuntimeError("no such layer")
        return super().calibrate(request)


class ForgetsItsTimeLimit(Good):
    def __init__(self, *, slots: int = 1, timeout: float | None = None) -> None:
        super().__init__(slots=slots)


class WaitsForAll(Good):
    """Closing refuses what comes later, and abandons nothing."""

    def __init__(self, *, slots: int = 1) -> None:
        super().__init__(slots=slots)
        self._lock = Lock()
        self._is_closed = False

    def run(self, request: MeasurementRequest, on_progress: Callable[[Progress], None]) -> Observation:
        with self._lock:
            if self._is_closed:
                raise AuditionError("closed")
        return super().run(request, on_progress)

    def close(self) -> None:
        with self._lock:
            self._is_closed = True


class OpensAgain(Good):
    def run(self, request: MeasurementRequest, on_progress: Callable[[Progress], None]) -> Observation:
        if self._closing.done():
            self._closing = Future()
        return super().run(request, on_progress)


#: an executor, and the one check that should catch it
BROKEN: dict[type[Good], str | None] = {
    Good: None,
    AnswersAnotherQuestion: "a_measurement_comes_back_with_its_progress",
    SaysNothing: "a_measurement_comes_back_with_its_progress",
    RaisesWhatIsRaised: "a_failure_is_an_outcome_and_the_next_goes_on",
    LosesItsWorker: "a_crash_is_an_outcome_and_the_next_goes_on",
    ReadsWhatIsPrinted: "what_a_model_prints_does_not_disturb",
    OneAtATime: "as_many_run_at_once_as_there_are_slots",
    NeverTheSame: "numbers_repeat_whatever_the_number_of_slots",
    CalibratesOrRaises: "a_calibration_comes_back_or_none",
    ForgetsItsTimeLimit: "a_measurement_that_takes_too_long_is_ended",
    WaitsForAll: "closing_ends_what_runs_and_what_waits",
    OpensAgain: "a_closed_executor_stays_closed",
}


def _script(request: MeasurementRequest) -> dict[str, Any]:
    script: dict[str, Any] = json.loads(Path(request.folder, "behaviour.json").read_text(encoding="utf-8"))
    return script


def _observation(
    request: MeasurementRequest,
    *,
    status: Status = "ok",
    message: str = "",
    seed: int | None = None,
    loss_per_byte: float | None = None,
    loss_per_token: float | None = None,
) -> Observation:
    return Observation(
        model=request.model.name,
        task=request.task.name,
        n_samples=request.n_samples,
        seeds=(request.seed if seed is None else seed,),
        status=status,
        message=message,
        loss_per_byte=loss_per_byte,
        loss_per_token=loss_per_token,
        cost=Cost(n_samples=request.n_samples),
    )
