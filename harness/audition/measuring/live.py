"""Live losses: every point is a fine-tuning, unless the ledger has it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Lock
from typing import TYPE_CHECKING

from audition.budgets.flops import estimated_params
from audition.checkpoints import complete, is_on_disk, resolve
from audition.errors import UsageError
from audition.measuring.keys import calibration_key, measurement_key
from audition.measuring.rechecking import recheck
from audition.measuring.repeats import combine_seeds
from audition.types import Cost, MeasurementRequest, Observation, Point

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from audition.budgets.cost import CostModel
    from audition.checkpoints import Checkpoint
    from audition.measuring.ledger import Ledger
    from audition.measuring.setting import LiveSetting
    from audition.memory import MemoryPlanner
    from audition.plugins.calling import Hooks
    from audition.readings.readings import Readings
    from audition.types import Calibration, ModelSpec, Progress
    from audition.types.protocols import Executor


class LiveLosses:
    """Losses by fine-tuning. Implements `LossSource`; what is measured is in the ledger before anyone sees it."""

    def __init__(
        self,
        models: Sequence[ModelSpec],
        setting: LiveSetting,
        *,
        ledger: Ledger,
        executor: Executor,
        hooks: Hooks,
        on_progress: Callable[[Progress], None] = lambda _: None,
        on_observation: Callable[[Observation, bool], None] = lambda *_: None,
        memory: MemoryPlanner | None = None,
        readings: Readings | None = None,
    ) -> None:
        self._models = {model.name: model for model in models}
        self._setting = setting
        self._ledger = ledger
        self._executor = executor
        self._hooks = hooks
        self._on_progress = on_progress
        self._on_observation = on_observation  #: (observation of one seed, whether the ledger had it)
        self._readings = readings  #: None: unknown, every row counts as encoded as it always was
        self._memory = memory  #: None: unknown, the recipe is taken as it is and nothing is estimated
        self._obtained: dict[Point, Observation] = {}  # several strata ask for the same points
        self._checkpoints: dict[str, Checkpoint] = {}
        self._locks = {model.name: Lock() for model in models}
        self.costs: CostModel | None = None  #: what measurements will cost; None: unknown, nothing is reserved
        self.paid = Cost()  #: for measurements made now
        self.reused = Cost()  #: what measurements found in the ledger had cost
        self._lock = Lock()

    @property
    def slots(self) -> int:
        """Return how many measurements run at once."""
        return self._executor.slots

    @property
    def weights(self) -> dict[str, str]:
        """Return the fingerprint of every checkpoint that was needed, by model."""
        return {model: checkpoint.fingerprint for model, checkpoint in sorted(self._checkpoints.items())}

    def planned(self, point: Point) -> Cost:
        """Return what the point will cost, at most."""
        if self.costs is None:
            return Cost(n_samples=point.n_samples)
        return self.costs.of(self._models[point.model], point.n_samples)

    def obtain(self, point: Point) -> Observation:
        """Return the mean over seeds; a failed seed is the outcome of all. Repeats cost nothing."""
        if point not in self._obtained:
            self._obtained[point] = self._obtain(point)
        return self._obtained[point]

    def _obtain(self, point: Point) -> Observation:
        model = self._models[point.model]
        seeds = self._setting.seeds if point.n_samples else self._setting.seeds[:1]  # zero-shot trains nothing
        try:
            runs = [self._measure(model, point.n_samples, seed) for seed in seeds]
        except UsageError as error:  # the checkpoint cannot be had: this candidate's outcome, not the end of all
            return Observation(
                model=model.name,
                task=self._setting.task.spec.name,
                n_samples=point.n_samples,
                status="crashed",
                seeds=seeds,
                message=str(error),
            )
        return combine_seeds([self._in_unit(run) for run in runs])

    def recheck(self, point: Point) -> str:
        """Measure a point that was obtained with other seeds, too; the median counts from now on.

        Return what came of it, in one clause; "" where it could not be measured again.
        """
        model = self._models[point.model]

        def again(seed: int) -> Observation:
            return self._in_unit(self._measure(model, point.n_samples, seed))

        found = recheck(self.obtain(point), again)
        if found is None:
            return ""
        self._obtained[point] = found.observation
        return found.note

    def cancel(self) -> None:
        """End the workers."""
        self._executor.close()

    def request(self, model: ModelSpec, n_samples: int, seed: int) -> tuple[MeasurementRequest, Checkpoint]:
        """Return the resolved request and the checkpoint it starts from, downloading it if needed.

        Raises:
            UsageError: the checkpoint cannot be had.
        """
        checkpoint = self._checkpoint(model)
        model = complete(model, checkpoint.folder)  # an entry may leave open what the weights tell
        setting = self._setting
        recipe = setting.recipe
        if not recipe.learning_rates:
            sized = replace(model, n_params=estimated_params(model))
            recipe = replace(recipe, learning_rates=(recipe.learning_rate_for(sized, setting.task.spec.name),))
        request = MeasurementRequest(
            key="",
            model=model,
            folder=str(checkpoint.folder),
            task=setting.task.spec,
            task_fingerprint=setting.task.fingerprint,
            n_samples=n_samples,
            seed=seed if n_samples else 0,
            recipe=recipe,
            device=setting.device,
            rank_lossy=setting.rank_lossy,
        )
        key = measurement_key(
            request,
            weights=checkpoint.fingerprint,
            device_kind=setting.device_kind,
            adapter=setting.adapters[model.adapter],
            encoding=self._readings.key_parts(model, n_samples, request.seed) if self._readings else {},
        )
        if self._memory is not None:  # after the key: micro-batches and checkpointing change no loss
            request = replace(request, recipe=self._memory.adjusted(model, recipe))
        return replace(request, key=key), checkpoint

    def calibrate(self, model: ModelSpec) -> Calibration | None:
        """Return how fast the model is, from the ledger or from a training step now; None if it is not on this disk."""
        if not is_on_disk(model):
            return None
        request, checkpoint = self.request(model, self._setting.recipe.batch_sizes[0], self._setting.seeds[0])
        key = calibration_key(request, weights=checkpoint.fingerprint, device_kind=self._setting.device_kind)
        known = self._ledger.get_calibration(key)
        if known is None:
            known = self._executor.calibrate(request)
            if known is not None:
                self._ledger.put_calibration(key, known)
        return known

    def calibrate_all(self, models: Sequence[ModelSpec]) -> dict[str, Calibration]:
        """Return the calibrations that can be had, by model, several at a time."""
        with ThreadPoolExecutor(max_workers=max(1, self.slots)) as pool:
            try:
                found = list(pool.map(self.calibrate, models))
            except BaseException:  # an interrupt as much as an error
                self.cancel()
                raise
        return {model.name: known for model, known in zip(models, found, strict=True) if known is not None}

    def finetune(
        self, model: ModelSpec, n_samples: int, seed: int, folder: Path, *, metric: str | None = None
    ) -> Observation:
        """Return the observation of a fine-tuning whose model is saved to `folder`; the ledger keeps it too."""
        request, _ = self.request(model, n_samples, seed)
        return self._pay(replace(request, metric=metric), save_to=str(folder.resolve()))

    def known(self, model: ModelSpec, n_samples: int) -> bool:
        """Return whether the ledger has the point for every seed, as far as can be told without a download."""
        if not is_on_disk(model):
            return False
        requests = [self.request(model, n_samples, seed)[0] for seed in self._setting.seeds]
        return all(self._ledger.get(request.key) is not None for request in requests)

    def _measure(self, model: ModelSpec, n_samples: int, seed: int) -> Observation:
        request, _ = self.request(model, n_samples, seed)
        observation = self._ledger.get(request.key)
        if observation is not None and observation.status == "lossy-tokeniser" and self._setting.rank_lossy:
            observation = None  # it was refused before it was measured
        is_known = observation is not None
        if observation is None:
            observation = self._pay(request)
        if seed != self._setting.seeds[0]:  # n_samples counts a subset once, whatever the number of seeds
            observation = replace(observation, cost=replace(observation.cost, n_samples=0))
        with self._lock:
            if is_known:
                self.reused += observation.cost
            else:
                self.paid += observation.cost
        self._on_observation(self._in_unit(observation), is_known)
        return observation

    def _pay(self, request: MeasurementRequest, *, save_to: str | None = None) -> Observation:
        """Measure; the ledger has it before anyone sees it."""
        observation = self._executor.run(replace(request, save_to=save_to), self._on_progress)
        need = None if self._memory is None else self._memory.need(request.model)
        observation = replace(observation, memory_estimate_bytes=None if need is None else need.tensors)
        self._ledger.put(request.key, observation)
        self._hooks.measured(observation)
        return observation

    def _in_unit(self, observation: Observation) -> Observation:
        return observation.in_unit(self._setting.loss_unit)

    def _checkpoint(self, model: ModelSpec) -> Checkpoint:
        with self._locks[model.name]:
            if model.name not in self._checkpoints:
                self._checkpoints[model.name] = resolve(model)
            return self._checkpoints[model.name]
