"""The plan of a live selection: what it will do and what that costs, before it starts. Every figure is an estimate."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from heapq import heapreplace
from typing import TYPE_CHECKING

from audition.budgets.cost import CostModel, slowest_flops_per_second
from audition.checkpoints import describe_download
from audition.types import Cost

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from audition.measuring.live import LiveLosses
    from audition.types import Calibration, ModelSpec, RankedModel, Recipe
    from audition.types.protocols import Selector, TaskLoader

BYTES_PER_TOKEN = 3.5  #: of a model that was not calibrated; English under common vocabularies has 3 to 5
_SAMPLED = 200  #: training examples looked at to estimate lengths


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedModel:
    """What a selection will do with one candidate, at most."""

    model: str
    sizes: tuple[int, ...]  #: largest first; 0 is zero-shot
    n_in_ledger: int  #: of these sizes, how many are measured already
    cost: Cost  #: of the others
    download_bytes: int | None  #: None: unknown
    download_label: str  #: "measured" or "estimated"
    seconds: tuple[float | None, ...] = ()  #: shape (n_sizes,), of the devices, estimated; 0: it is in the ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a live selection will do, at most."""

    models: tuple[PlannedModel, ...]
    slots: int
    n_shards: int  #: devices that work on one measurement together
    recipe: Recipe
    is_calibrated: bool  #: whether seconds come from training steps on this device
    crowding: float = 1.0  #: wall seconds of a device second, since others use the machine, too
    choice: str = ""  #: how the share of the rows was chosen; "": it was given
    limit: str = ""  #: on what all of it together may cost; "": there is none
    n_seeds: int = 1  #: fine-tunings a point; of a model as it is, one
    may_end_early: bool = False  #: whether the selector may leave some of it out
    refused: tuple[RankedModel, ...] = ()  #: candidates that cannot take the task, with the reason
    remarks: Mapping[str, str] = field(default_factory=dict)  #: by model: what it cuts or cannot write of the rows

    @property
    def cost(self) -> Cost:
        """Return the cost of everything that is not in the ledger."""
        return sum((model.cost for model in self.models), Cost())

    @property
    def wall_seconds(self) -> float | None:
        """Return the wall time if each slot takes one candidate after another and the machine stays as busy as it is.

        None if a time is unknown.
        """
        if not self.is_calibrated:
            return None
        seconds = [model.cost.seconds for model in self.models]
        known = [each for each in seconds if each is not None]
        return time_on(self.slots, known) / self.n_shards * self.crowding if len(known) == len(seconds) else None

    @property
    def n_measurements(self) -> int:
        """Return how many measurements it is: every size of every model with every seed, those in the ledger too."""
        return sum(self.n_seeds if size else 1 for model in self.models for size in model.sizes)

    @property
    def is_in_ledger(self) -> bool:
        """Return whether everything is measured already."""
        return bool(self.models) and all(model.n_in_ledger == len(model.sizes) for model in self.models)

    @property
    def download_bytes(self) -> int:
        """Return the disk space that downloads need, as far as known."""
        return sum(model.download_bytes or 0 for model in self.models)


def planned_sizes(selector: Selector, sizes: tuple[int, ...]) -> tuple[int, ...]:
    """Return the sizes that a selector may ask of a candidate, at most."""
    plan = getattr(selector, "plan", None)
    return sizes if plan is None else tuple(plan(sizes))


def cost_model(
    models: Sequence[ModelSpec], task: TaskLoader, recipe: Recipe, n_seeds: int, calibrations: Mapping[str, Calibration]
) -> CostModel:
    """Return the cost model of a selection."""
    sample = task.train(min(_SAMPLED, task.spec.n_train or 0), 0)
    n_bytes = sum(len(example.input.encode()) + len(example.target.encode()) for example in sample)
    return CostModel(
        recipe=recipe,
        n_seeds=n_seeds,
        n_validation=_at_most(recipe.n_validation, task.spec.n_validation),
        n_test=_at_most(recipe.n_test, task.spec.n_test),
        tokens_per_example=n_bytes / BYTES_PER_TOKEN / max(1, len(sample)),
        calibrations=calibrations,
        flops_per_second=slowest_flops_per_second(models, calibrations),
    )


def make_plan(models: Sequence[ModelSpec], sizes: tuple[int, ...], losses: LiveLosses, costs: CostModel) -> Plan:
    """Return the plan for measuring `sizes` of every model, at most."""
    with ThreadPoolExecutor(max_workers=16) as pool:  # a hub that does not answer is waited for once, not once a model
        planned = pool.map(lambda model: _planned_model(model, sizes, losses, costs), models)
    return Plan(
        models=tuple(planned),
        slots=losses.slots,
        n_shards=costs.recipe.n_shards,
        recipe=costs.recipe,
        is_calibrated=bool(costs.calibrations),
        n_seeds=costs.n_seeds,
    )


def time_on(slots: int, seconds: Iterable[float]) -> float:
    """Return the wall time if each slot takes one candidate after another."""
    busy = [0.0] * max(1, slots)  # a heap: seconds until each slot is free
    for each in seconds:
        heapreplace(busy, busy[0] + each)
    return max(busy)


def _planned_model(model: ModelSpec, sizes: tuple[int, ...], losses: LiveLosses, costs: CostModel) -> PlannedModel:
    cost = {size: costs.of(model, size) for size in sizes if not losses.is_known(model, size)}
    download_bytes, label = describe_download(model)
    return PlannedModel(
        model=model.name,
        sizes=sizes,
        n_in_ledger=len(sizes) - len(cost),
        cost=sum(cost.values(), Cost()),
        download_bytes=download_bytes,
        download_label=label,
        seconds=tuple(cost[size].seconds if size in cost else 0.0 for size in sizes),
    )


def _at_most(wanted: int | None, there: int | None) -> int:
    return min(count for count in (wanted, there, 10**9) if count is not None)
