"""The worker: a child process that measures what its parent asks, one request after another.

Requests come as JSON lines on standard input, answers go as JSON lines to standard output; whatever else writes to
standard output is sent to standard error. The loaded candidate is kept between requests. When the parent goes away,
standard input ends and the worker exits at once, also in the middle of a training step.

Where a recipe spreads a model over several devices, the worker leads a team of processes of its own, and computes
nothing itself.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Any

from audition.errors import AuditionError
from audition.text import codec
from audition.training.sharding.team import ALONE
from audition.types import MeasurementRequest, PluginFile, Progress
from audition.workers.leader import Leader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import TextIO

    from audition.plugins.catalog import Catalog
    from audition.training.candidate import Candidate
    from audition.training.sharding.team import Team
    from audition.types import Attempt
    from audition.types.protocols import TaskLoader


class Worker:
    """Answers requests; keeps the last candidate loaded."""

    def __init__(self, catalog: Catalog, team: Team = ALONE) -> None:
        self._catalog = catalog
        self._team = team
        self._loaded: tuple[object, ...] = ()
        self._candidate: tuple[Candidate, TaskLoader] | None = None

    def answer(
        self,
        verb: str,
        request: MeasurementRequest,
        on_progress: Callable[[Progress], None],
        *,
        attempt: Attempt | None = None,
    ) -> object:
        """Return the observation (`run`) or the calibration (`calibrate`); `attempt` is what others have learned."""
        from audition.workers.finetune import finetune

        candidate, task = self._load(request, on_progress)
        candidate.attempt = attempt or candidate.attempt
        if verb == "calibrate":
            return candidate.calibrate(request)
        if request.save_to is not None or request.objective is not None:
            objectives = {name: offer.entry.score for name, offer in self._catalog.objectives.items()}
            return finetune(candidate, task, request, on_progress, objectives)
        return candidate.measure(request, on_progress)

    def _load(
        self, request: MeasurementRequest, on_progress: Callable[[Progress], None]
    ) -> tuple[Candidate, TaskLoader]:
        from audition.recipes.support import preparation_of
        from audition.training.candidate import Candidate
        from audition.training.devices.finding import resolve_device

        identity = (request.folder, request.task_fingerprint, request.device, *preparation_of(request.recipe))
        if self._candidate is None or self._loaded != identity:
            self._candidate = None  # the old one's memory goes before the new one's comes
            on_progress(
                Progress(model=request.model.name, n_samples=request.n_samples, stage="loading", done=0, total=1)
            )
            adapter = self._catalog.adapter(request.model.adapter)
            task = self._catalog.open_task(request.task.name, request.task.options)
            candidate = Candidate.load(request, adapter, task, resolve_device(request.device), self._team)
            self._candidate = (candidate, task)
            self._loaded = identity
        return self._candidate


def main() -> None:
    """Serve until standard input ends. Arguments are the `PluginFile`s to load, as JSON."""
    answers, lines = claim_stdout(), requests()
    files = plugin_files(sys.argv[1:])
    leader = Leader(files)

    def answer(worker: Worker, message: dict[str, Any], request: MeasurementRequest) -> dict[str, Any]:
        report = reporter(answers)
        if request.recipe.n_shards > 1:
            return leader.ask(message["verb"], request, report)
        leader.close()
        return {"answer": worker.answer(message["verb"], request, report)}

    serve(answers, lines, files, answer)


def serve(
    answers: TextIO,
    lines: Iterator[str],
    files: Sequence[PluginFile],
    answer: Callable[[Worker, dict[str, Any], MeasurementRequest], dict[str, Any]],
    team: Team = ALONE,
) -> None:
    """Answer one request after another by `answer(worker, message, request)`; what that raises is an answer too."""
    from audition.plugins.catalog import Catalog
    from audition.plugins.loading import load_plugins

    try:
        worker = Worker(Catalog(load_plugins(files=files)), team)
    except AuditionError as error:
        _refuse(lines, answers, error)
        return
    for line in lines:
        message = json.loads(line)
        request = codec.from_json(MeasurementRequest, message["request"])
        try:
            said = answer(worker, message, request)
        except Exception as error:  # noqa: BLE001 - whatever a candidate raises is its outcome, not ours
            traceback.print_exc()
            said = {"error": f"{type(error).__name__}: {error}".splitlines()[0]}
        _send(answers, said)


def plugin_files(arguments: Sequence[str]) -> list[PluginFile]:
    """Return the plugin files that a worker's arguments name, as JSON."""
    return [codec.from_json(PluginFile, json.loads(argument)) for argument in arguments]


def reporter(answers: TextIO) -> Callable[[Progress], None]:
    """Return a function that tells the parent how far a measurement is."""
    return lambda progress: _send(answers, {"progress": progress})


def claim_stdout() -> TextIO:
    """Return the real standard output, and point `print` and C libraries to standard error."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return answers


def requests() -> Iterator[str]:
    """Return the lines of standard input, read ahead in a thread that ends the process when there are no more."""
    queue: SimpleQueue[str] = SimpleQueue()

    def read() -> None:
        for line in sys.stdin:
            queue.put(line)
        os._exit(0)

    Thread(target=read, daemon=True).start()  # from now on: whatever the process waits for, it goes with its parent
    return iter(queue.get, None)


def _refuse(lines: Iterator[str], answers: TextIO, error: AuditionError) -> None:
    """Answer every request with why none can be: a plugin has changed, or is gone. No candidate is to blame."""
    for _ in lines:
        _send(answers, {"refused": str(error)})


def _send(answers: TextIO, message: dict[str, Any]) -> None:
    answers.write(codec.dumps(message) + "\n")
    answers.flush()


if __name__ == "__main__":
    main()
