"""One loaded model that is measured at several sizes: its weights are restored in between, never loaded again."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from audition.errors import UsageError
from audition.training.batching import WINDOW
from audition.training.device import make_repeatable, repeatably, resolve_precision
from audition.training.device_memory import peak_memory_bytes, peak_reserved_bytes, release_memory, reset_peak_memory
from audition.training.encoded_task import EncodedTask
from audition.training.evaluation import evaluate
from audition.training.grid import Grid, search
from audition.training.lossy import MAX_LOSSY_SHARE, lossy_share
from audition.training.meter import Meter, count_active_params
from audition.training.methods import as_plain, initialise, prepare
from audition.training.micro_batch import MicroBatchLimit
from audition.training.outcome import blank, failed, measured, method_of
from audition.training.progress import reporter
from audition.training.speed import measure_speed
from audition.training.weights import Snapshot

if TYPE_CHECKING:
    from collections.abc import Callable

    from audition.protocols import ModelAdapter, TaskLoader
    from audition.training.device import Device
    from audition.training.encoded_task import EncodedSplit
    from audition.training.evaluation import Losses
    from audition.training.recipe import Recipe
    from audition.training.request import Calibration, MeasurementRequest, Progress
    from audition.training.weights import Choice
    from audition.types import AdapterEntry, Observation

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
        self._fitted: int | None = None  #: tokens of a forward pass, since more did not fit; None: whatever is asked

    @classmethod
    def load(cls, request: MeasurementRequest, adapter: AdapterEntry, task: TaskLoader, device: Device) -> Candidate:
        """Load the request's checkpoint for `task`, and make this process repeatable.

        Raises:
            UsageError: the task's data has changed since the request was made, or the model cannot be trained as asked.
        """
        if task.fingerprint != request.task_fingerprint:
            raise UsageError(f"the data of task {task.spec.name!r} has changed since the selection was planned")
        make_repeatable(device)
        import accelerate  # noqa: F401 - takes seconds, which are not the first measurement's

        loaded, recipe = adapter.load(request.model, request.folder), request.recipe
        precision = resolve_precision(recipe.precision, device)
        prepare(loaded, recipe, precision=precision, device=device, seed=request.seed)
        return cls(loaded, task, device)

    def measure(self, request: MeasurementRequest, on_progress: OnProgress = lambda _: None) -> Observation:
        """Return the test loss after fine-tuning on the request's subset, from the initial weights.

        Validation chooses among learning rates, batch sizes and epochs; the test split is scored once, for the choice.
        Memory that does not suffice and losses that are not finite are outcomes, with what they cost. Any other
        exception is a crash and propagates. The micro-batch that fitted is kept for later sizes. The best weights stay
        loaded, and are saved to `request.save_to` if that is a folder.
        """
        meter, limit = Meter(), self._limit(request.recipe)
        reset_peak_memory(self.device)
        started = perf_counter()
        try:
            observation = repeatably(
                self.device, request.recipe, lambda: self._observe(request, limit, meter, on_progress)
            )
            self._fitted = limit.fitted
        except Exception as error:
            outcome = failed(request, error, self.device)
            if outcome is None:
                raise
            observation = outcome
        finally:
            self.adapter.module.zero_grad(set_to_none=True)
            release_memory(self.device)
        seconds = perf_counter() - started
        observation = replace(
            self._with_memory(observation, request.recipe, limit),
            cost=meter.cost(n_samples=request.n_samples, n_params=self._n_active_params, seconds=seconds),
        )
        if request.save_to is not None and observation.status == "ok":
            with as_plain(self.adapter.module):
                self.adapter.save(Path(request.save_to))
        return observation

    def calibrate(self, request: MeasurementRequest) -> Calibration:
        """Return how fast the model trains and scores on this task; the weights are as before."""
        recipe = request.recipe
        n_samples = min(WINDOW * recipe.batch_sizes[0], self._task.spec.n_train or request.n_samples)
        examples = self._encoded.train(n_samples, request.seed, recipe)
        run = self._grid(request, self._limit(recipe)).runs[0]

        def work() -> Calibration:
            self._start(request.seed)
            return measure_speed(self.adapter, examples, run)

        try:
            calibration = repeatably(self.device, recipe, work)
            self._fitted = run.limit.fitted
            return calibration
        finally:
            self._initial.restore(self.adapter.module)
            release_memory(self.device)

    def _observe(
        self, request: MeasurementRequest, limit: MicroBatchLimit, meter: Meter, on_progress: OnProgress
    ) -> Observation:
        test = self._encoded.test(request.recipe)
        share = self._share_of_lossy(test, request.recipe.n_test)
        note = f"the tokeniser cannot give {share:.1%} of the test targets back" if share > MAX_LOSSY_SHARE else ""
        if note and not request.rank_lossy:
            return replace(blank(request), status="lossy-tokeniser", message=note)
        self._start(request.seed)
        choice = self._train(request, limit, meter, on_progress) if request.n_samples else None
        report = reporter(request, "evaluating", on_progress)
        losses = self._evaluate(test, request, limit, meter, on_batch=report)
        return measured(request, losses, choice, message=note)

    def _start(self, seed: int) -> None:
        """Put the model on the device, with its initial weights; those that LoRA starts from are the seed's."""
        module = self.adapter.module.to(self.device.name)
        self._initial.restore(module)
        if initialise(module, seed):
            self._initial.update(module)

    def _train(
        self, request: MeasurementRequest, limit: MicroBatchLimit, meter: Meter, on_progress: OnProgress
    ) -> Choice:
        """Search the grid, leave the best weights loaded."""
        grid = self._grid(request, limit)
        examples = self._encoded.train(request.n_samples, request.seed, request.recipe)
        validation = self._encoded.validation(request.recipe)
        total = grid.n_steps(len(examples))
        report = reporter(request, "training", on_progress)
        done = count(1)
        return search(
            self.adapter,
            examples,
            grid,
            initial=self._initial,
            validate=lambda: self._evaluate(validation, request, limit, meter).per_token,
            meter=meter,
            on_step=lambda: report(next(done), total),
        )

    def _evaluate(
        self,
        split: EncodedSplit,
        request: MeasurementRequest,
        limit: MicroBatchLimit,
        meter: Meter,
        on_batch: Callable[[int, int], None] = lambda _done, _total: None,
    ) -> Losses:
        losses = evaluate(
            self.adapter,
            split.encoded,
            split.targets,
            device=self.device,
            precision=resolve_precision(request.recipe.precision, self.device),
            limit=limit,
            on_batch=on_batch,
        )
        meter.evaluated(split.encoded)
        return losses

    def _share_of_lossy(self, test: EncodedSplit, n_test: int | None) -> float:
        """Return the share of the test targets that the tokeniser cannot give back."""
        if n_test not in self._lossy_shares:
            self._lossy_shares[n_test] = lossy_share(self.adapter.tokenizer, test.targets)
        return self._lossy_shares[n_test]

    def _grid(self, request: MeasurementRequest, limit: MicroBatchLimit) -> Grid:
        recipe = request.recipe
        if not recipe.learning_rates:
            recipe = replace(recipe, learning_rates=(recipe.learning_rate_for(request.model, request.task.name),))
        precision = resolve_precision(recipe.precision, self.device)
        return Grid(recipe=recipe, seed=request.seed, device=self.device, precision=precision, shared_limit=limit)

    def _limit(self, recipe: Recipe) -> MicroBatchLimit:
        """Return the recipe's micro-batch, or the smaller one that fitted at another size."""
        return MicroBatchLimit(recipe.micro_batch_tokens, fitted=self._fitted)

    def _with_memory(self, observation: Observation, recipe: Recipe, limit: MicroBatchLimit) -> Observation:
        is_halved = observation.status == "ok" and limit.max_tokens < recipe.micro_batch_tokens
        return replace(
            observation,
            memory_bytes=peak_memory_bytes(self.device),
            memory_reserved_bytes=peak_reserved_bytes(self.device),
            micro_batch_tokens=limit.max_tokens if is_halved else None,
            device_kind=self.device.kind,
            method=method_of(recipe, resolve_precision(recipe.precision, self.device)),
        )
