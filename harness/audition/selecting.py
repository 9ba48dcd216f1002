"""From what a user asks for to a selection that can run. Whatever can be wrong with the wish is found here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from importlib.util import find_spec
from typing import TYPE_CHECKING

from audition import placement, provenance
from audition.candidates import resolve_candidates
from audition.errors import UsageError
from audition.executing import make_executor
from audition.memory import MemoryPlanner, estimated_lengths
from audition.options import make_selector
from audition.recorded import spec_of
from audition.recorded_selection import RecordedSelection
from audition.types import TaskOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from audition.budget import Budget
    from audition.candidates import ModelOffers
    from audition.catalog import Catalog
    from audition.hooks import Offer
    from audition.ledger import Ledger
    from audition.live import LiveSetting
    from audition.live_selection import LiveSelection
    from audition.training.device import Device
    from audition.training.recipe import Recipe, Side, TrainOn
    from audition.training.request import Progress
    from audition.types import AdapterEntry, LossCurve, LossUnit, ModelSpec, Observation

LOOKED_AT = 500  #: training examples whose lengths tell how much memory a batch of the task needs


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a user asks of a selection; a default means that the user did not say."""

    task: str
    task_options: TaskOptions = TaskOptions()  # noqa: RUF009 - frozen
    models: tuple[str, ...] = ()  #: names, patterns, hub ids, paths; empty: see `default_candidates`
    exclude: tuple[str, ...] = ()
    budget: Budget
    selector: str = "ats"
    selector_options: tuple[str, ...] = ()  #: each "name=value"
    memory_budgets: tuple[int, ...] = ()  #: bytes; empty: the GPU's own, or no limit on a CPU
    recipe: str | None = None  #: None: the task's default
    truncate: Side | None = None  #: None: the recipe's
    train_on: TrainOn | None = None  #: None: the recipe's
    device: str = "auto"
    n_workers: int | None = None  #: None: one a core, or one a GPU
    executor: str = "local"
    timeout: float | None = None  #: seconds a measurement may take
    n_seeds: int = 1
    seed: int = 0  #: the first one
    loss_unit: LossUnit | None = None  #: None: nats/byte live, as recorded otherwise
    rank_lossy: bool = False
    does_recheck: bool = False  #: measure points that are out of line again
    metric: str | None = None  #: that `finetune` reports; None: the task's
    min_size: int | None = None  #: None: the task's
    full_size: int | None = None  #: None: all training rows


def open_recorded(wish: Wish, catalog: Catalog) -> RecordedSelection:
    """Return a selection over recorded curves.

    Raises:
        UsageError: nobody has recorded curves of the task, or they are in several loss units and none was chosen.
    """
    from audition.training.recipe import load_recipe

    entry = catalog.selector(wish.selector)
    curves = choose_curves(catalog, wish.task, wish.loss_unit)
    offers = _with_recorded(catalog, curves)
    return RecordedSelection(
        task=wish.task,
        candidates=open_candidates(wish, offers, default=[offer.entry for offer in offers.models.values()]),
        curves=curves,
        budget=wish.budget,
        selector_name=entry.name,
        selector=make_selector(entry, wish.selector_options),
        seed=wish.seed,
        provenance=provenance.of_plugins(catalog.plugins),
        memory=MemoryPlanner(
            recipe=replace(load_recipe(wish.recipe or "paper"), precision="bf16"),
            lengths=(),
            is_cuda=True,
            budgets=tuple(sorted(set(wish.memory_budgets))),
        )
        if wish.memory_budgets
        else None,
    )


def choose_curves(catalog: Catalog, task: str, loss_unit: LossUnit | None) -> list[LossCurve]:
    """Return the recorded curves of `task` in one unit: `loss_unit`, or the one there is.

    Raises:
        UsageError: nobody has recorded curves of the task, not in this unit, or in several and none was chosen.
    """
    curves = [offer.entry for offer in catalog.curves(task)]
    units = sorted({curve.loss_unit for curve in curves})
    if not curves:
        raise UsageError(f"nobody has recorded curves of task {task!r}; `audition select --source live` fine-tunes")
    if loss_unit is None and len(units) > 1:
        raise UsageError(f"curves of {task!r} are recorded in {' and '.join(units)}: choose by --loss-unit")
    unit = loss_unit or units[0]
    if unit not in units:
        raise UsageError(f"the curves of {task!r} are recorded in {units[0]}, not in {unit}")
    return [curve for curve in curves if curve.loss_unit == unit]


def open_live(
    wish: Wish,
    catalog: Catalog,
    ledger: Ledger,
    *,
    log_dir: Path,
    on_progress: Callable[[Progress], None],
    on_observation: Callable[[Observation, bool], None],
) -> LiveSelection:
    """Return a selection that fine-tunes; nothing runs before its `plan` or `run`.

    Raises:
        UsageError: task, candidates, recipe, device or options cannot be had as asked.
    """
    from audition.live import LiveLosses
    from audition.live_selection import LiveSelection
    from audition.readings import Readings

    entry = catalog.selector(wish.selector)
    selector = make_selector(entry, wish.selector_options)
    setting, devices = open_setting(wish, catalog)
    candidates = open_candidates(wish, catalog, default=default_candidates(catalog, devices[0]))
    readings = Readings(setting.task, setting.recipe)
    losses = LiveLosses(
        candidates,
        setting,
        ledger=ledger,
        memory=memory_planner(setting, devices),
        readings=readings,
        executor=make_executor(
            catalog,
            wish.executor,
            slots=wish.n_workers or placement.default_workers(devices, setting.recipe),
            log_dir=log_dir,
            timeout=wish.timeout,
            **placement.executor_options(devices, setting.recipe),
        ),
        hooks=catalog.plugins.hooks,
        on_progress=on_progress,
        on_observation=on_observation,
    )
    spec = setting.task.spec
    return LiveSelection(
        setting=setting,
        candidates=candidates,
        losses=losses,
        budget=wish.budget,
        selector_name=entry.name,
        selector=selector,
        memory=memory_planner(setting, devices, wish.memory_budgets),
        min_size=wish.min_size or spec.min_size,
        d_full=wish.full_size or spec.n_train or 0,
        seed=wish.seed,
        provenance=provenance.of_plugins(catalog.plugins),
        readings=readings,
        does_recheck=wish.does_recheck,
    )


def open_setting(wish: Wish, catalog: Catalog) -> tuple[LiveSetting, tuple[Device, ...]]:
    """Return what all measurements have in common, and the devices they run on, all of one kind."""
    require_train_extra()
    from audition.live import LiveSetting
    from audition.training.device import resolve_devices, resolve_precision
    from audition.training.methods.rules import check_recipe

    task = catalog.open_task(wish.task, wish.task_options)
    recipe = recipe_of(wish, task.spec.default_recipe)
    devices = resolve_devices(wish.device)
    recipe = replace(recipe, precision=resolve_precision(recipe.precision, devices[0]))
    check_recipe(recipe, precision=recipe.precision, is_cuda=devices[0].is_cuda)
    setting = LiveSetting(
        task=task,
        recipe=recipe,
        device=placement.places(devices, recipe)[0],
        device_kind=devices[0].kind,
        seeds=tuple(range(wish.seed, wish.seed + wish.n_seeds)),
        loss_unit=wish.loss_unit or "nats/byte",
        rank_lossy=wish.rank_lossy,
        adapters=_adapter_versions(catalog),
    )
    return setting, devices


def recipe_of(wish: Wish, default: str) -> Recipe:
    """Return the recipe that the user named, or `default`, with what the user asked for besides."""
    from audition.training.recipe import load_recipe

    recipe = load_recipe(wish.recipe or default)
    return replace(recipe, truncate=wish.truncate or recipe.truncate, train_on=wish.train_on or recipe.train_on)


def memory_planner(
    setting: LiveSetting, devices: Sequence[Device], memory_budgets: Sequence[int] = ()
) -> MemoryPlanner:
    """Return what tells whether a candidate fits: GPUs of the given sizes, or else the devices themselves."""
    task, capacity = setting.task, placement.memory_of_each(devices)
    return MemoryPlanner(
        recipe=setting.recipe,
        lengths=tuple(estimated_lengths(task.train(min(LOOKED_AT, task.spec.n_train or 0), 0))),
        is_cuda=devices[0].is_cuda or bool(memory_budgets),
        budgets=tuple(sorted(set(memory_budgets))) or (capacity,),
        capacity=capacity,
    )


def default_candidates(catalog: Catalog, device: Device) -> list[ModelSpec]:
    """Return all listed models; on a CPU, where large ones make no sense, those whose weights are on this disk."""
    models = [offer.entry for offer in catalog.models.values()]
    return models if device.is_cuda else [model for model in models if model.download_bytes == 0]


def require_train_extra() -> None:
    """Raise UsageError where fine-tuning is not installed."""
    missing = [name for name in ("torch", "transformers", "datasets", "accelerate") if find_spec(name) is None]
    if missing:
        raise UsageError(f"fine-tuning needs {', '.join(missing)}: install them with pip install 'audition[train]'")


@dataclass(frozen=True, slots=True)
class _Offers:
    """The listed models, and those of recorded curves besides. Implements `ModelOffers`."""

    models: Mapping[str, Offer[ModelSpec]]
    catalog: Catalog

    def adapter_for(self, model_type: str) -> AdapterEntry:
        return self.catalog.adapter_for(model_type)


def _with_recorded(catalog: Catalog, curves: Sequence[LossCurve]) -> _Offers:
    """Return what the catalog lists, and after it the models that are known by their curves alone."""
    from audition.hooks import Offer

    unlisted = [curve for curve in curves if curve.model not in catalog.models]
    owners = {offer.entry.model: offer.plugin for curve in unlisted[:1] for offer in catalog.curves(curve.task)}
    alone = {curve.model: Offer(entry=spec_of(curve), plugin=owners[curve.model]) for curve in unlisted}
    return _Offers({**catalog.models, **alone}, catalog)


def open_candidates(wish: Wish, catalog: ModelOffers, *, default: list[ModelSpec]) -> tuple[ModelSpec, ...]:
    """Return the candidates that the user named, or `default`, less those excluded."""
    names = wish.models or tuple(model.name for model in default)
    return resolve_candidates(names, wish.exclude, catalog)


def _adapter_versions(catalog: Catalog) -> dict[str, str]:
    """Return name and version of the distribution that each adapter comes from; of a file, its hash."""
    versions = {
        record.name: f"{record.distribution} {f'sha256:{record.sha256}' if record.path else record.version}"
        for record in catalog.plugins.records
    }
    return {name: f"{name} of {versions[offer.plugin]}" for name, offer in catalog.adapters.items()}
