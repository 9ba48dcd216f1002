"""Measurements in child processes on this machine: their memory goes back with them, their crash is an outcome."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path
from threading import Condition
from typing import TYPE_CHECKING

from audition import codec
from audition.errors import AuditionError
from audition.training.request import Calibration
from audition.types import Observation
from audition.workers import ChildProcess, TimedOut, WorkerDied

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from audition.training.request import MeasurementRequest, Progress
    from audition.types import PluginFile, Status


class ExecutorClosed(AuditionError):  # noqa: N818 - an event, not a mistake of the caller
    """The executor was closed while a request was waiting or running."""


class LocalExecutor:
    """As many worker processes as slots. A candidate's requests go to the worker that has it loaded.

    Workers are spread evenly over `devices`, which must be of one kind, and each stays on its own; without any, a
    worker computes where its request says. Several workers may share a device: what runs on it together needs no more
    than its `capacity`, by the estimates in the requests. One that needs more, or nobody knows how much, has the device
    to itself.
    """

    def __init__(
        self,
        *,
        slots: int = 1,
        log_dir: Path | None = None,
        timeout: float | None = None,
        devices: Sequence[str] = (),
        capacity: int | None = None,
        plugins: Sequence[PluginFile] = (),
    ) -> None:
        self.slots = slots
        self._plugins = tuple(plugins)  #: files that every worker loads
        self._devices = tuple(devices)
        self._capacity = capacity  #: bytes of each device; None: whatever runs there fits
        self._held: dict[ChildProcess, int] = {}  #: bytes that the last request of each worker was estimated to need
        self._log_dir = log_dir  #: worker logs; None: a temporary folder
        self._timeout = timeout  #: seconds a measurement may take; None: no limit
        self._idle: list[ChildProcess] = []
        self._all: list[ChildProcess] = []
        self._started = 0
        self._closed = False
        self._changed = Condition()

    def run(self, request: MeasurementRequest, on_progress: Callable[[Progress], None]) -> Observation:
        """Return the outcome of one request; a worker that dies or hangs is an outcome too.

        Raises:
            ExecutorClosed: `close` was called before the outcome came.
            PluginError: a plugin file has changed since this process loaded it.
        """
        with self._worker(request) as worker:
            try:
                answer = worker.ask("run", request, on_progress, timeout=self._timeout)
            except TimedOut:
                return _failed(request, "timed-out", f"no result after {self._timeout:g} s")
            except WorkerDied as death:
                self._raise_if_closed()
                return _failed(request, "crashed", str(death))
        if "error" in answer:
            return _failed(request, "crashed", str(answer["error"]))
        return codec.from_json(Observation, answer["answer"])

    def calibrate(self, request: MeasurementRequest) -> Calibration | None:
        """Return how fast the model is here, or None if the worker could not tell."""
        with self._worker(request) as worker:
            try:
                answer = worker.ask("calibrate", request, lambda _: None, timeout=self._timeout)
            except (TimedOut, WorkerDied):
                self._raise_if_closed()
                return None
        return codec.from_json(Calibration, answer["answer"]) if "answer" in answer else None

    def close(self) -> None:
        """Kill all workers; what is running is abandoned."""
        with self._changed:
            self._closed = True
            for worker in self._all:
                worker.kill()
            self._changed.notify_all()

    @contextmanager
    def _worker(self, request: MeasurementRequest) -> Iterator[ChildProcess]:
        worker = self._acquire(request)
        try:
            yield worker
        finally:
            with self._changed:
                if worker.is_alive:
                    self._idle.append(worker)
                else:
                    self._end(worker)
                self._changed.notify_all()

    def _acquire(self, request: MeasurementRequest) -> ChildProcess:
        """Return a worker of one's own, once there is one: the one that has the model, a new one, or any."""
        needed = self._needed(request)
        with self._changed:
            while True:
                self._raise_if_closed()
                has_it = [worker for worker in self._idle if worker.loaded == request.folder]
                if not has_it and len(self._all) < self.slots:
                    device = self._least_used(needed)
                    if self._has_room(device, needed):
                        return self._give(self._start(device), needed)
                else:
                    for worker in has_it or self._idle:
                        if self._has_room(worker.device, needed):
                            return self._give(worker, needed)
                self._changed.wait()

    def _give(self, worker: ChildProcess, needed: int) -> ChildProcess:
        """Return the worker, now busy; idle ones on its device end if their models would be in the way."""
        if worker in self._idle:
            self._idle.remove(worker)
        self._held[worker] = needed
        for other in [each for each in self._idle if each.device == worker.device]:
            if self._capacity is not None and self._taken(worker.device, self._all) > self._capacity:
                self._idle.remove(other)
                self._end(other)
        return worker

    def _needed(self, request: MeasurementRequest) -> int:
        if self._capacity is None:
            return 0
        return self._capacity if request.memory_bytes is None else request.memory_bytes

    def _has_room(self, device: str | None, needed: int) -> bool:
        """Return whether nothing runs on the device, or what does leaves enough of it."""
        running = [worker for worker in self._all if worker not in self._idle and worker.device == device]
        return not running or self._capacity is None or self._taken(device, running) + needed <= self._capacity

    def _taken(self, device: str | None, workers: Sequence[ChildProcess]) -> int:
        return sum(self._held.get(worker, 0) for worker in workers if worker.device == device)

    def _end(self, worker: ChildProcess) -> None:
        worker.kill()
        self._all.remove(worker)
        self._held.pop(worker, None)

    def _start(self, device: str | None) -> ChildProcess:
        if self._log_dir is None:
            self._log_dir = Path(tempfile.mkdtemp(prefix="audition-workers-"))
        self._log_dir.mkdir(parents=True, exist_ok=True)
        self._started += 1
        log = self._log_dir / f"worker-{self._started}.log"
        worker = ChildProcess(log=log, device=device, plugins=self._plugins)
        self._all.append(worker)
        return worker

    def _least_used(self, needed: int) -> str | None:
        """Return the device with the fewest workers, the first of these; one with room before one without."""
        taken = [worker.device for worker in self._all]
        return min(
            self._devices,
            key=lambda device: (not self._has_room(device, needed), taken.count(device)),
            default=None,
        )

    def _raise_if_closed(self) -> None:
        if self._closed:
            raise ExecutorClosed("the executor was closed")


def _failed(request: MeasurementRequest, status: Status, message: str) -> Observation:
    return Observation(
        model=request.model.name,
        task=request.task.name,
        n_samples=request.n_samples,
        status=status,
        seeds=(request.seed,),
        message=message,
    )
