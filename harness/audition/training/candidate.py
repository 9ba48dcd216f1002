"""One loaded model that is measured at several sizes: its weights are restored in between, never loaded again."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Literal

from audition.errors import UsageError
from audition.training.batching import WINDOW
from audition.training.device import (
    make_repeatable,
    peak_memory_bytes,
    release_memory,
    reset_peak_memory,
    resolve_precision,
)
from audition.training.encoded_task import EncodedTask
from audition.training.evaluation import evaluate
from audition.training.failures import failure_status, one_line
from audition.training.grid import Grid, search
from audition.training.lossy import MAX_LOSSY_SHARE, lossy_share
from audition.training.meter import Meter, count_active_params
from audition.training.request import Progress
from audition.training.speed import measure_speed
from audition.training.weights import Snapshot
from audition.types import Observation

if TYPE_CHECKING:
    from collections.abc import Callable

    from audition.protocols import ModelAdapter, TaskLoader
    from audition.training.device import Device
    from audition.training.encoded_task import EncodedSplit
    from audition.training.evaluation import Losses
    from audition.training.request import Calibration, MeasurementRequest
    from audition.training.weights import Choice
    from audition.types import AdapterEntry

    OnProgress = Callable[[Progress], None]


class Candidate:
    """A model on a device, with the tokens of one task. Not thread-safe; the process should have no other."""

    def __init__(self, adapter: ModelAdapter, task: TaskLoader, device: Device) -> None:
        self.adapter = adapter
        self.device = device
        self._task = task
        self._encoded = EncodedTask(adapter, task)
        self._initial = Snapshot(adapter.module)
        self._n_active_params = count_active_params(adapter.module)
        self._lossy_shares: dict[int | None, float] = {}  #: by `n_test`

    @classmethod
    def load(cls, request: MeasurementRequest, adapter: AdapterEntry, task: TaskLoader, device: Device) -> Candidate:
        """Load the request's checkpoint for `task`, and make this process repeatable.

        Raises:
            UsageError: the task's data has changed since the request was made.
        """
        if task.fingerprint != request.task_fingerprint:
            raise UsageError(f"the data of task {task.spec.name!r} has changed since the selection was planned")
        make_repeatable(device)
        import accelerate  # noqa: F401 - takes seconds, which are not the first measurement's

        return cls(adapter.load(request.model, request.folder), task, device)

    def measure(self, request: MeasurementRequest, on_progress: OnProgress = lambda _: None) -> Observation:
        """Return the test loss after fine-tuning on the request's subset, from the initial weights.

        Validation chooses among learning rates, batch sizes and epochs; the test split is scored once, for the choice.
        Running out of memory and losses that are not finite are outcomes, with what they cost. Any other exception is
        a crash and propagates. The best weights stay loaded, and are saved to `request.save_to` if that is a folder.
        """
        meter = Meter()
        reset_peak_memory(self.device)
        started = perf_counter()
        try:
            observation = self._observe(request, meter, on_progress)
        except Exception as error:
            status = failure_status(error)
            if status is None:
                raise
            observation = replace(_blank(request), status=status, message=one_line(error))
        finally:
            self.adapter.module.zero_grad(set_to_none=True)
            release_memory(self.device)
        seconds = perf_counter() - started
        if request.save_to is not None and observation.status == "ok":
            self.adapter.save(Path(request.save_to))
        return replace(
            observation,
            cost=meter.cost(n_samples=request.n_samples, n_params=self._n_active_params, seconds=seconds),
            memory_bytes=peak_memory_bytes(self.device),
        )

    def calibrate(self, request: MeasurementRequest) -> Calibration:
        """Return how fast the model trains and scores on this task; the weights are as before."""
        recipe = request.recipe
        n_samples = min(WINDOW * recipe.batch_sizes[0], self._task.spec.n_train or request.n_samples)
        examples = self._encoded.train(n_samples, request.seed, recipe)
        self.adapter.module.to(self.device.name)
        self._initial.restore(self.adapter.module)
        try:
            return measure_speed(self.adapter, examples, self._grid(request).runs[0])
        finally:
            self._initial.restore(self.adapter.module)
            release_memory(self.device)

    def _observe(self, request: MeasurementRequest, meter: Meter, on_progress: OnProgress) -> Observation:
        test = self._encoded.test(request.recipe)
        share = self._share_of_lossy(test, request.recipe.n_test)
        note = f"the tokeniser cannot give {share:.1%} of the test targets back" if share > MAX_LOSSY_SHARE else ""
        if note and not request.rank_lossy:
            return replace(_blank(request), status="lossy-tokeniser", message=note)
        self.adapter.module.to(self.device.name)
        self._initial.restore(self.adapter.module)
        choice = self._train(request, meter, on_progress) if request.n_samples else None
        report = _reporter(request, "evaluating", on_progress)
        losses = self._evaluate(test, request, meter, on_batch=report)
        return _observation(request, losses, choice, message=note)

    def _train(self, request: MeasurementRequest, meter: Meter, on_progress: OnProgress) -> Choice:
        """Search the grid, leave the best weights loaded."""
        grid = self._grid(request)
        examples = self._encoded.train(request.n_samples, request.seed, request.recipe)
        validation = self._encoded.validation(request.recipe)
        total = grid.n_steps(len(examples))
        report = _reporter(request, "training", on_progress)
        done = count(1)
        return search(
            self.adapter,
            examples,
            grid,
            initial=self._initial,
            validate=lambda: self._evaluate(validation, request, meter).per_token,
            meter=meter,
            on_step=lambda: report(next(done), total),
        )

    def _evaluate(
        self,
        split: EncodedSplit,
        request: MeasurementRequest,
        meter: Meter,
        on_batch: Callable[[int, int], None] = lambda _done, _total: None,
    ) -> Losses:
        losses = evaluate(
            self.adapter,
            split.encoded,
            split.targets,
            device=self.device,
            precision=resolve_precision(request.recipe.precision, self.device),
            max_tokens=request.recipe.micro_batch_tokens,
            on_batch=on_batch,
        )
        meter.evaluated(split.encoded)
        return losses

    def _share_of_lossy(self, test: EncodedSplit, n_test: int | None) -> float:
        """Return the share of the test targets that the tokeniser cannot give back."""
        if n_test not in self._lossy_shares:
            self._lossy_shares[n_test] = lossy_share(self.adapter.tokenizer, test.targets)
        return self._lossy_shares[n_test]

    def _grid(self, request: MeasurementRequest) -> Grid:
        recipe = request.recipe
        if not recipe.learning_rates:
            recipe = replace(recipe, learning_rates=(recipe.learning_rate_for(request.model, request.task.name),))
        precision = resolve_precision(recipe.precision, self.device)
        return Grid(recipe=recipe, seed=request.seed, device=self.device, precision=precision)


def _blank(request: MeasurementRequest) -> Observation:
    """Return an observation that says only what was asked."""
    return Observation(
        model=request.model.name, task=request.task.name, n_samples=request.n_samples, seeds=(request.seed,)
    )


def _observation(request: MeasurementRequest, losses: Losses, choice: Choice | None, message: str) -> Observation:
    """Return the outcome; `choice` is None where nothing was trained."""
    observation = replace(
        _blank(request), loss_per_token=losses.per_token, loss_per_byte=losses.per_byte, message=message
    )
    if choice is None:
        return observation
    return replace(
        observation,
        learning_rate=choice.learning_rate,
        batch_size=choice.batch_size,
        epochs=float(choice.epoch),
        validation_loss=choice.validation_loss,
    )


def _reporter(
    request: MeasurementRequest, stage: Literal["training", "evaluating"], on_progress: OnProgress
) -> Callable[[int, int], None]:
    def report(done: int, total: int) -> None:
        on_progress(
            Progress(model=request.model.name, n_samples=request.n_samples, stage=stage, done=done, total=total)
        )

    return report
