"""One loaded model that is measured at several sizes: its weights are restored in between, never loaded again."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import count
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, TypeVar

from audition.encoding.lossy import lossy_note, lossy_share
from audition.errors import UsageError
from audition.training.devices.finding import resolve_precision
from audition.training.devices.memory import peak_memory_bytes, peak_reserved_bytes, release_memory, reset_peak_memory
from audition.training.devices.repeatable import make_repeatable, repeatably
from audition.training.encoded_task import EncodedTask
from audition.training.failures import StartAgainError, lacks_deterministic_kernel
from audition.training.loop.batching import WINDOW
from audition.training.loop.evaluation import evaluate
from audition.training.loop.grid import Grid, search
from audition.training.loop.meter import Meter, count_active_params
from audition.training.loop.micro_batch import MicroBatchLimit
from audition.training.loop.weights import Snapshot, gathered
from audition.training.methods import as_plain, initialise
from audition.training.outcome import blank, failed, measured, method_of
from audition.training.progress import reporter
from audition.training.sharding.team import ALONE
from audition.training.speed import measure_speed
from audition.types import Attempt
from audition.types.surveys import MAX_LOSSY_SHARE

if TYPE_CHECKING:
    from collections.abc import Callable

    from audition.training.devices.device import Device
    from audition.training.encoded_task import EncodedSplit
    from audition.training.loop.evaluation import SplitLoss
    from audition.training.loop.weights import Choice
    from audition.training.sharding.team import Team
    from audition.types import AdapterEntry, Calibration, MeasurementRequest, Observation, Progress, Recipe
    from audition.types.protocols import ModelAdapter, TaskLoader

    OnProgress = Callable[[Progress], None]
from audition.training.methods.loading import _load_prepared

T = TypeVar("T")


class Candidate:
    """A model on a device, with the tokens of one task. Not thread-safe; the process should have no other.

    In a team, the device holds a share of the model. All processes of it do the same, and all get the observation.
    """

    def __init__(
        self,
        adapter: ModelAdapter,
        task: TaskLoader,
        device: Device,
        team: Team = ALONE,
        *,
        load_whole: Callable[[], ModelAdapter] | None = None,
    ) -> None:
        self.adapter = adapter
        self.device = device
        self.team = team
        self._load_whole = load_whole  #: for saving a sharded model; on the CPU, prepared
        self._task = task
        self._encoded = EncodedTask(adapter, task)
        self._initial = Snapshot(adapter.module)
        self._n_active_params = count_active_params(adapter.module)
        self._lossy_shares: dict[int | None, float] = {}  #: by `n_test`
        self.attempt = Attempt()  #: what was learned from the sizes before

    @classmethod
    def load(
        cls,
        request: MeasurementRequest,
        adapter: AdapterEntry,
        task: TaskLoader,
        device: Device,
        team: Team = ALONE,
    ) -> Candidate:
        """Load the request's checkpoint for `task`, and make this process repeatable.

        A team loads it one process after another, so that the machine never holds two whole models.

        Raises:
            UsageError: the task's data has changed since the request was made, or the model cannot be trained as asked.
        """
        if task.fingerprint != request.task_fingerprint:
            raise UsageError(f"the data of task {task.spec.name!r} has changed since the selection was planned")
        make_repeatable(device)
        import accelerate  # noqa: F401 - takes seconds, which are not the first measurement's

        load_whole = partial(_load_prepared, request, adapter, device)
        mesh = team.mesh(device) if team.size > 1 else None
        with team.in_turn():
            loaded = load_whole()
            if mesh is not None:
                from audition.training.methods.sharded import shard  # imports torch's FSDP, which few need

                shard(loaded.module, mesh)
        return cls(loaded, task, device, team, load_whole=load_whole)

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
            observation = self._repeatably(request.recipe, lambda: self._observe(request, limit, meter, on_progress))
            self._learn(limit)
        except Exception as error:
            outcome = failed(request, error, self.device)
            if outcome is None:
                raise
            observation = outcome
        finally:
            self.adapter.module.zero_grad(set_to_none=True)
            release_memory(self.device)
        seconds = (perf_counter() - started) * self.team.size
        observation = replace(
            self._with_memory(observation, request.recipe, limit),
            cost=meter.cost(n_samples=request.n_samples, n_params=self._n_active_params, seconds=seconds),
        )
        if request.save_to is not None and observation.status == "ok":
            self._save(Path(request.save_to))
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
            calibration = self._repeatably(recipe, work)
            self._learn(run.limit)
            return calibration
        finally:
            self._initial.restore(self.adapter.module)
            release_memory(self.device)

    def _repeatably(self, recipe: Recipe, work: Callable[[], T]) -> T:
        """Return `work()`, strictly repeatable if that is possible; a team that it is not for must start again."""
        is_alone = self.team.size == 1
        try:
            return repeatably(self.device, recipe, work, is_strict=self.attempt.is_strict, may_retry=is_alone)
        except RuntimeError as error:
            if is_alone or not lacks_deterministic_kernel(error):
                raise
            raise StartAgainError(replace(self.attempt, is_strict=False)) from error

    def _learn(self, limit: MicroBatchLimit) -> None:
        self.attempt = replace(self.attempt, fitted=limit.fitted)

    def _save(self, folder: Path) -> None:
        """Write the model; of a team's, the first process gathers the weights in a whole one on the CPU."""
        adapter: ModelAdapter | None = self.adapter
        if self.team.size > 1 and self._load_whole is not None:
            trained = gathered(self.adapter.module, is_kept=self.team.rank == 0)
            adapter = None if trained is None else self._load_whole()
            if adapter is not None and trained is not None:
                trained.restore(adapter.module)
        if adapter is not None:
            with as_plain(adapter.module):
                adapter.save(folder)

    def _observe(
        self, request: MeasurementRequest, limit: MicroBatchLimit, meter: Meter, on_progress: OnProgress
    ) -> Observation:
        test = self._encoded.test(request.recipe)
        share = self._share_of_lossy(test, request.recipe.n_test)
        note = lossy_note(share) if share > MAX_LOSSY_SHARE else ""
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
    ) -> SplitLoss:
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
            self._lossy_shares[n_test] = lossy_share(self.adapter, test.examples)
        return self._lossy_shares[n_test]

    def _grid(self, request: MeasurementRequest, limit: MicroBatchLimit) -> Grid:
        recipe = request.recipe
        if not recipe.learning_rates:
            recipe = replace(recipe, learning_rates=(recipe.learning_rate_for(request.model, request.task.name),))
        precision = resolve_precision(recipe.precision, self.device)
        return Grid(recipe=recipe, seed=request.seed, device=self.device, precision=precision, shared_limit=limit)

    def _limit(self, recipe: Recipe) -> MicroBatchLimit:
        """Return the recipe's micro-batch, or the smaller one that fitted at another size."""
        return MicroBatchLimit(recipe.micro_batch_tokens, fitted=self.attempt.fitted, team=self.team)

    def _with_memory(self, observation: Observation, recipe: Recipe, limit: MicroBatchLimit) -> Observation:
        is_halved = observation.status == "ok" and limit.max_tokens < recipe.micro_batch_tokens
        return replace(
            observation,
            memory_bytes=self._largest(observation, peak_memory_bytes(self.device)),
            memory_reserved_bytes=self._largest(observation, peak_reserved_bytes(self.device)),
            micro_batch_tokens=limit.max_tokens if is_halved else None,
            device_kind=self.device.kind,
            method=method_of(recipe, resolve_precision(recipe.precision, self.device)),
        )

    def _largest(self, observation: Observation, n_bytes: int | None) -> int | None:
        """Return the most that a device of the team took; where it did not suffice, the others do not answer."""
        return self.team.largest(n_bytes) if observation.status == "ok" else n_bytes
