"""From what a user asks for to a selection that can run. Whatever can be wrong with the config is found here."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from audition.memory import MemoryPlanner
from audition.plugins.factories import make_executor, make_selector
from audition.recipes.support import require_train_extra
from audition.selection import provenance
from audition.selection.config import SelectionConfig, open_candidates
from audition.tasks.lengths import lengths_of
from audition.training.devices import placement

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from audition.measuring.ledger import Ledger
    from audition.measuring.setting import LiveSetting
    from audition.plugins.catalog import Catalog
    from audition.selection.live import LiveSelection
    from audition.training.devices.device import Device
    from audition.types import ModelSpec, Observation, Progress, Recipe


def open_live(
    config: SelectionConfig,
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
    from audition.measuring.live import LiveLosses
    from audition.readings.readings import Readings
    from audition.selection.live import LiveSelection

    entry = catalog.selector(config.selector)
    selector = make_selector(entry, config.selector_options, plugin=catalog.selectors[entry.name].plugin)
    setting, devices = open_setting(config, catalog)
    candidates = open_candidates(config, catalog, default=default_candidates(catalog, devices[0]))
    readings = Readings(setting.task, setting.recipe)
    losses = LiveLosses(
        candidates,
        setting,
        ledger=ledger,
        memory=memory_planner(setting, devices),
        readings=readings,
        executor=make_executor(
            catalog,
            config.executor,
            slots=config.n_workers or placement.default_workers(devices, setting.recipe),
            log_dir=log_dir,
            timeout=config.timeout,
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
        budget=config.budget,
        selector_name=entry.name,
        selector=selector,
        memory=memory_planner(setting, devices, config.memory_budgets),
        min_size=config.min_size or spec.min_size,
        d_full=config.full_size or spec.n_train or 0,
        seed=config.seed,
        provenance=provenance.of_plugins(catalog.plugins),
        readings=readings,
        does_recheck=config.does_recheck,
    )


def open_setting(config: SelectionConfig, catalog: Catalog) -> tuple[LiveSetting, tuple[Device, ...]]:
    """Return what all measurements have in common, and the devices they run on, all of one kind."""
    require_train_extra()
    from audition.measuring.setting import LiveSetting
    from audition.recipes.support import check_recipe
    from audition.training.devices.finding import resolve_devices, resolve_precision

    task = catalog.open_task(config.task, config.task_options)
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
        loss_unit=config.loss_unit or "nats/byte",
        rank_lossy=config.rank_lossy,
        adapters=_adapter_versions(catalog),
    )
    return setting, devices


def recipe_of(config: SelectionConfig, default: str) -> Recipe:
    """Return the recipe that the user named, or `default`, with what the user asked for besides."""
    from audition.recipes.loading import load_recipe

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


def default_candidates(catalog: Catalog, device: Device) -> list[ModelSpec]:
    """Return all listed models; on a CPU, where large ones make no sense, those whose weights are on this disk."""
    models = [offer.entry for offer in catalog.models.values()]
    return models if device.is_cuda else [model for model in models if model.download_bytes == 0]


def _adapter_versions(catalog: Catalog) -> dict[str, str]:
    """Return name and version of the distribution that each adapter comes from; of a file, its hash."""
    versions = {
        record.name: f"{record.distribution} {f'sha256:{record.sha256}' if record.path else record.version}"
        for record in catalog.plugins.records
    }
    return {name: f"{name} of {versions[offer.plugin]}" for name, offer in catalog.adapters.items()}
