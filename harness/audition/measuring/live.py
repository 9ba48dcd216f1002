"""Live losses: every point is a fine-tuning, unless the ledger has it."""

from __future__ import annotations

from dataclasses import replace
from threading import Lock
from typing import TYPE_CHECKING

from audition.checkpoints import is_on_disk
from audition.errors import UsageError
from audition.measuring.rechecking import recheck
from audition.measuring.repeats import combine_seeds
from audition.measuring.resolving import RequestResolver
from audition.measuring.running import LedgerRunner
from audition.types import Cost, Observation, Point

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from audition.budgets.cost import CostModel
    from audition.measuring.ledger import Ledger
    from audition.measuring.setting import LiveSetting
    from audition.memory import MemoryPlanner
    from audition.plugins.calling import Hooks
    from audition.readings.readings import Readings
    from audition.types import Calibration, ModelSpec, Progress, Recipe
    from audition.types.protocols import Executor


class LiveLosses:
    """Losses by fine-tuning, and what they cost. Implements `LossSource`. Thread-safe."""

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
        self._resolver = RequestResolver(models, setting, memory=memory, readings=readings)
        self._runner = LedgerRunner(ledger, executor, hooks, on_progress)
        self._on_observation = on_observation  #: (observation of one seed, whether the ledger had it)
        self._obtained: dict[Point, Observation] = {}  # several strata ask for the same points
        self.costs: CostModel | None = None  #: what measurements will cost; None: unknown, nothing is reserved
        self.paid = Cost()  #: for measurements made now
        self.reused = Cost()  #: what measurements found in the ledger had cost
        self._lock = Lock()

    @property
    def slots(self) -> int:
        """Return how many measurements run at once."""
        return self._runner.slots

    @property
    def weights(self) -> dict[str, str]:
        """Return the fingerprint of every checkpoint that was needed, by model."""
        return self._resolver.weights

    @property
    def obtained(self) -> tuple[Point, ...]:
        """Return the points that have an observation, in the order they were measured; to ask again costs nothing."""
        return tuple(self._obtained)

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

    def recheck(self, point: Point) -> str:
        """Measure a point that was obtained with other seeds, too; the median counts from now on.

        Return what came of it, in one clause; "" where it could not be measured again.
        """
        model = self._models[point.model]
        found = recheck(self.obtain(point), lambda seed: self._measure(model, point.n_samples, seed))
        if found is None:
            return ""
        self._obtained[point] = found.observation
        return found.note

    def cancel(self) -> None:
        """End the workers."""
        self._runner.close()

    def calibrate(self, models: Sequence[ModelSpec]) -> dict[str, Calibration]:
        """Return how fast models are, by model, of those whose checkpoints are on this disk."""
        here = [model for model in models if is_on_disk(model)]
        return self._runner.calibrate([self._resolver.calibration(model) for model in here])

    def finetune(
        self, model: ModelSpec, n_samples: int, seed: int, folder: Path, *, recipe: Recipe, metric: str | None = None
    ) -> Observation:
        """Return the observation of a fine-tuning whose model is saved to `folder`; the ledger keeps it too."""
        request = self._resolver.request(model, n_samples, seed, recipe=recipe)
        request = replace(request, metric=metric, save_to=str(folder.resolve()))
        return self._runner.run(request, tensor_bytes=self._resolver.tensor_bytes(request.model))

    def is_known(self, model: ModelSpec, n_samples: int) -> bool:
        """Return whether the ledger has the point for every seed, as far as can be told without a download."""
        if not is_on_disk(model):
            return False
        requests = [self._resolver.request(model, n_samples, seed) for seed in self._setting.seeds]
        return all(self._runner.known(request) is not None for request in requests)

    def _obtain(self, point: Point) -> Observation:
        model = self._models[point.model]
        seeds = self._setting.seeds if point.n_samples else self._setting.seeds[:1]  # zero-shot trains nothing
        try:
            return combine_seeds([self._measure(model, point.n_samples, seed) for seed in seeds])
        except UsageError as error:  # the checkpoint cannot be had: this candidate's outcome, not the end of all
            return Observation(
                model=model.name,
                task=self._setting.task.spec.name,
                n_samples=point.n_samples,
                status="crashed",
                seeds=seeds,
                message=str(error),
            )

    def _measure(self, model: ModelSpec, n_samples: int, seed: int) -> Observation:
        """Return one seed's observation, in the selection's unit, from the ledger or made now; count what it cost."""
        request = self._resolver.request(model, n_samples, seed)
        known = self._runner.known(request)
        observation = known or self._runner.run(request, tensor_bytes=self._resolver.tensor_bytes(request.model))
        if seed != self._setting.seeds[0]:  # n_samples counts a subset once, whatever the number of seeds
            observation = replace(observation, cost=replace(observation.cost, n_samples=0))
        with self._lock:
            if known is None:
                self.paid += observation.cost
            else:
                self.reused += observation.cost
        observation = observation.in_unit(self._setting.loss_unit)
        self._on_observation(observation, known is not None)
        return observation
