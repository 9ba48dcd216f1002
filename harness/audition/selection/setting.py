"""Open the setting of a selection: its task, its recipe, its devices, and what fits them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from audition.measuring.setting import LiveSetting
from audition.memory import MemoryPlanner
from audition.recipes.loading import load_recipe
from audition.recipes.support import check_recipe, require_train_extra
from audition.selection.objective import require_objective
from audition.tasks.lengths import lengths_of
from audition.training.devices import placement
from audition.training.devices.finding import resolve_devices, resolve_precision

if TYPE_CHECKING:
    from collections.abc import Sequence

    from audition.plugins.catalog import Catalog
    from audition.selection.config import SelectionConfig
    from audition.training.devices.device import Device
    from audition.types import Recipe


def open_setting(config: SelectionConfig, catalog: Catalog) -> tuple[LiveSetting, tuple[Device, ...]]:
    """Return what all measurements have in common, and the devices they run on, all of one kind."""
    require_train_extra()
    task = catalog.open_task(config.task, config.task_options)
    if config.objective:
        require_objective(config.objective, task, catalog.objectives)
    recipe = recipe_of(config, task.spec.default_recipe)
    devices = resolve_devices(config.device)
    recipe = replace(recipe, precision=resolve_precision(recipe.precision, devices[0]))
    check_recipe(recipe, precision=recipe.precision, is_cuda=devices[0].is_cuda)
    setting = LiveSetting(
        task=task,
        recipe=recipe,
        device=placement.worker_devices(devices, recipe)[0],
        device_kind=devices[0].kind,
        seeds=tuple(range(config.seed, config.seed + config.n_seeds)),
        loss_unit="error" if config.objective else config.loss_unit or "nats/byte",
        objective=config.objective,
        objective_of=_definition(config.objective, catalog),
        rank_lossy=config.rank_lossy,
        adapters=_adapter_versions(catalog),
    )
    return setting, devices


def recipe_of(config: SelectionConfig, default: str) -> Recipe:
    """Return the recipe that the user named, or `default`, with what the user asked for besides."""
    recipe = load_recipe(config.recipe or default)
    return replace(recipe, truncate=config.truncate or recipe.truncate, train_on=config.train_on or recipe.train_on)


def memory_planner(
    setting: LiveSetting, devices: Sequence[Device], memory_budgets: Sequence[int] = ()
) -> MemoryPlanner:
    """Return what tells whether a candidate fits: GPUs of the given sizes, or else the devices themselves."""
    task, capacity = setting.task, placement.memory_of_each(devices)
    return MemoryPlanner(
        recipe=setting.recipe,
        lengths=tuple(lengths_of(task)),
        is_cuda=devices[0].is_cuda or bool(memory_budgets),
        budgets=tuple(sorted(set(memory_budgets))) or (capacity,),
        capacity=capacity,
    )


def _definition(objective: str | None, catalog: Catalog) -> str:
    """Return what offers the objective, for the key; "" where it is one of ours."""
    offer = None if objective is None else catalog.objectives.get(objective)
    records = {record.name: record for record in catalog.plugins.records}
    return "" if offer is None else records[offer.plugin].definition


def _adapter_versions(catalog: Catalog) -> dict[str, str]:
    """Return name and version of the distribution that each adapter comes from; of a file, its hash."""
    versions = {
        record.name: f"{record.distribution} {f'sha256:{record.sha256}' if record.path else record.version}"
        for record in catalog.plugins.records
    }
    return {name: f"{name} of {versions[offer.plugin]}" for name, offer in catalog.adapters.items()}
