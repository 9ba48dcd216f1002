"""The worker's side of a team: starts its processes, asks them all, and starts them again by what one has learned.

What one process cannot do, the others wait for in vain: one that fails ends all of them. Torch-free.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Any

from audition.errors import PluginError
from audition.text import codec
from audition.types import Attempt
from audition.workers.child_process import LOG, ChildProcess, WorkerDied

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from audition.types import MeasurementRequest, PluginFile, Progress

_GRACE = 1.0  #: seconds in which the others may say what is wrong: a death explains their broken connections
_NO_MEMORY = ("does-not-fit", "out-of-memory")  #: what one process alone may find


class Leader:
    """Answers requests for models that are spread over several devices; keeps the processes between requests."""

    def __init__(self, plugins: Sequence[PluginFile] = ()) -> None:
        self._plugins = tuple(plugins)
        self._team: list[ChildProcess] = []
        self._devices: tuple[str, ...] = ()
        self._folder: str | None = None  #: of the candidate that `_attempt` is about
        self._attempt = Attempt()
        self._meeting_point: Path | None = None  #: a file in a folder of its own

    def ask(self, verb: str, request: MeasurementRequest, on_progress: Callable[[Progress], None]) -> dict[str, Any]:
        """Return the team's answer to one request, as a worker gives it.

        Where one process cannot go on, all are started again and do it all again. That time is part of the cost.
        """
        if self._folder != request.folder:
            self._folder, self._attempt = request.folder, Attempt()
        lost = 0.0
        while True:
            started = time.perf_counter()
            answer = self._ask(verb, request, on_progress)
            if "again" not in answer:
                return _with_lost_time(answer, lost * request.recipe.n_shards)
            self._attempt = self._attempt.after(codec.from_json(Attempt, answer["again"]))
            lost += time.perf_counter() - started

    def close(self) -> None:
        """End the team."""
        for process in self._team:
            process.kill()
        self._team = []
        if self._meeting_point is not None:
            shutil.rmtree(self._meeting_point.parent, ignore_errors=True)

    def _ask(self, verb: str, request: MeasurementRequest, on_progress: Callable[[Progress], None]) -> dict[str, Any]:
        """Return the answer of the first process if all have one, else the failure that explains the others."""
        team = self._assembled(devices_of(request))
        answers: SimpleQueue[tuple[int, dict[str, Any]]] = SimpleQueue()

        def listen(rank: int) -> None:
            try:
                answer = team[rank].ask(verb, request, on_progress, attempt=self._attempt)
            except PluginError as error:
                answer = {"refused": str(error)}
            except WorkerDied as death:
                answer = {"died": f"process {rank} of {len(team)}: {death}"}
            answers.put((rank, answer))

        for rank in range(len(team)):
            Thread(target=listen, args=(rank,), daemon=True).start()
        given: dict[int, dict[str, Any]] = {}
        while len(given) < len(team):
            rank, answer = answers.get()
            given[rank] = answer
            if _is_failure(answer):
                failures = [answer, *filter(_is_failure, _within(_GRACE, answers, len(team) - len(given)))]
                self.close()
                return _explaining(failures)
        return given[0]

    def _assembled(self, devices: tuple[str, ...]) -> list[ChildProcess]:
        """Return the team on these devices, which may have to be started."""
        if devices != self._devices or not all(process.is_alive for process in self._team):
            self.close()
        if not self._team:
            log = Path(os.environ.get(LOG) or Path(tempfile.mkdtemp(prefix="audition-team-")) / "worker.log")
            self._meeting_point = Path(tempfile.mkdtemp(prefix="audition-team-")) / "meeting-point"
            self._devices = devices
            self._team = [
                ChildProcess(
                    log=log.with_suffix(f".{rank}{log.suffix}"),
                    device=device,
                    plugins=self._plugins,
                    module="audition.workers.rank",
                    arguments=(str(rank), str(len(devices)), str(self._meeting_point)),
                )
                for rank, device in enumerate(devices)
            ]
        return self._team


def devices_of(request: MeasurementRequest) -> tuple[str, ...]:
    """Return the device of each process: as many GPUs as the request names, or the CPU again and again."""
    names = tuple(name.strip() for name in request.device.split(","))
    return names * request.recipe.n_shards if names == ("cpu",) else names


def _is_failure(answer: dict[str, Any]) -> bool:
    """Return whether the process that gave this answer has left the others waiting."""
    if "answer" in answer:
        return isinstance(answer["answer"], dict) and answer["answer"].get("status") in _NO_MEMORY
    return True


def _within(
    seconds: float, answers: SimpleQueue[tuple[int, dict[str, Any]]], n_missing: int
) -> Iterator[dict[str, Any]]:
    """Yield the answers that come within a time."""
    deadline = time.monotonic() + seconds
    with suppress(Empty):
        for _ in range(n_missing):
            yield answers.get(timeout=max(0.0, deadline - time.monotonic()))[1]


def _explaining(failures: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the failure that the others follow from: memory first, then a death, else the first that came."""
    for kind in ("refused", "answer", "again", "died"):
        for failure in failures:
            if kind in failure:
                return {"error": failure["died"]} if kind == "died" else failure
    return failures[0]


def _with_lost_time(answer: dict[str, Any], seconds: float) -> dict[str, Any]:
    """Return the answer with device seconds that earlier attempts took."""
    observation = answer.get("answer")
    if seconds and isinstance(observation, dict) and "cost" in observation:
        observation["cost"]["seconds"] += seconds
    return answer
