"""An executor that fine-tunes in this process: for toys, whose fine-tuning takes milliseconds and cannot crash."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, InvalidStateError, wait
from contextlib import suppress
from pathlib import Path
from threading import Lock, Thread
from typing import Any, TypeVar

from audition.errors import AuditionError
from audition.testing.toy.adapter import TOY_ADAPTER
from audition.testing.toy.misbehaving import MISBEHAVING_ADAPTER
from audition.testing.toy.task import open_toy_task
from audition.training.candidate import Candidate
from audition.types import AdapterEntry, Calibration, ExecutorEntry, MeasurementRequest, Observation, Progress

T = TypeVar("T")
TOY_ADAPTERS = (TOY_ADAPTER, MISBEHAVING_ADAPTER)


class ToyExecutorClosed(AuditionError):  # noqa: N818 - an event, not a mistake of the caller
    """The executor was closed while a request was waiting or running."""


class ToyExecutor:
    """Fine-tunes toys on the toy task in this process, one at a time, and remembers what it was asked.

    `slots` is 1 whatever was asked for: torch has one random generator a process.
    """

    def __init__(
        self, *, slots: int = 1, log_dir: Path | None = None, adapters: Iterable[AdapterEntry] = TOY_ADAPTERS
    ) -> None:
        self.slots = 1
        self.measured: list[tuple[str, int, int]] = []  #: (model, n_samples, seed) of every request, in order
        self.is_closed = False
        self._adapters = {adapter.name: adapter for adapter in adapters}
        self._closing: Future[None] = Future()
        self._turn = Lock()

    def run(self, request: MeasurementRequest, on_progress: Callable[[Progress], None]) -> Observation:
        """Return the outcome of one request; whatever the fine-tuning raises is the outcome `crashed`.

        Raises:
            ToyExecutorClosed: `close` was called before the outcome came.
        """
        self.measured.append((request.model.name, request.n_samples, request.seed))
        try:
            return self._in_thread(lambda: self._load(request).measure(request, on_progress))
        except ToyExecutorClosed:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a candidate raises is its outcome
            return _crashed(request, error)

    def calibrate(self, request: MeasurementRequest) -> Calibration | None:
        """Return how fast the model is here, or None if it fails.

        Raises:
            ToyExecutorClosed: `close` was called before the answer came.
        """
        try:
            return self._in_thread(lambda: self._load(request).calibrate(request))
        except ToyExecutorClosed:
            raise
        except Exception:  # noqa: BLE001 - a model that cannot be loaded has no speed
            return None

    def close(self) -> None:
        """Abandon what runs: its thread ends with the process."""
        self.is_closed = True
        with suppress(InvalidStateError):  # closed before
            self._closing.set_result(None)

    def _load(self, request: MeasurementRequest) -> Candidate:
        from audition.training.candidate import Candidate
        from audition.training.devices.finding import resolve_device

        task = open_toy_task(request.task.name, request.task.options)
        return Candidate.load(request, self._adapters[request.model.adapter], task, resolve_device("cpu"))

    def _in_thread(self, work: Callable[[], T]) -> T:
        """Return what `work` returns, unless the executor is closed first."""
        outcome: Future[T] = Future()

        def take_turn() -> None:
            with self._turn:
                if self.is_closed:
                    return
                try:
                    outcome.set_result(work())
                except BaseException as error:  # noqa: BLE001 - raised again in the thread that asked
                    outcome.set_exception(error)

        Thread(target=take_turn, daemon=True).start()
        either: list[Future[Any]] = [outcome, self._closing]
        wait(either, return_when=FIRST_COMPLETED)
        if not outcome.done():
            raise ToyExecutorClosed("the executor was closed")
        return outcome.result()


def _crashed(request: MeasurementRequest, error: Exception) -> Observation:
    return Observation(
        model=request.model.name,
        task=request.task.name,
        n_samples=request.n_samples,
        seeds=(request.seed,),
        status="crashed",
        message=f"{type(error).__name__}: {error}".splitlines()[0],
    )


TOY_EXECUTOR = ExecutorEntry(name="toy", make=ToyExecutor, summary="toys, in this process, one at a time")
