"""Turn a configuration into a selection that can run, in four steps: setting, candidates, losses, selection.

Whatever can be wrong with what was asked is found here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audition.measuring.live import LiveLosses
from audition.plugins.factories import make_executor, make_selector
from audition.readings.readings import Readings
from audition.selection import provenance
from audition.selection.candidates import default_candidates, open_candidates
from audition.selection.live import LiveSelection
from audition.selection.objective import ByError
from audition.selection.setting import memory_planner, open_setting
from audition.training.devices import placement

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from audition.measuring.ledger import Ledger
    from audition.memory import MemoryPlanner
    from audition.plugins.catalog import Catalog
    from audition.selection.config import SelectionConfig
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
    entry = catalog.selector(config.selector)
    selector = make_selector(entry, config.selector_options, plugin=catalog.selectors[entry.name].plugin)
    if config.objective:
        selector = ByError(selector)
    setting, devices = open_setting(config, catalog)
    candidates = open_candidates(config, catalog, default=default_candidates(catalog, devices[0]))
    readings = Readings(setting.task, setting.recipe, ledger)
    planner = memory_planner(setting, devices)
    losses = LiveLosses(
        candidates,
        setting,
        ledger=ledger,
        memory=planner,
        readings=readings,
        executor=make_executor(
            catalog,
            config.executor,
            config.executor_options,
            log_dir=log_dir,
            timeout=config.timeout,
            **_places(config, devices, setting.recipe, candidates, planner),
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


def _places(
    config: SelectionConfig,
    devices: Sequence[Device],
    recipe: Recipe,
    candidates: Sequence[ModelSpec],
    planner: MemoryPlanner,
) -> dict[str, Any]:
    """Return how many measurements run at once and where, as an executor is told."""
    if config.n_workers != "auto":
        slots = config.n_workers or placement.default_workers(devices, recipe)
        return {"slots": slots, **placement.executor_options(devices, recipe)}
    limits = [limit for limit in (planner.capacity, max(config.memory_budgets, default=None)) if limit is not None]
    capacity = min(limits) if planner.capacity is not None else None
    needs = [need.beside_others for model in candidates if (need := planner.need(model)) is not None]
    return {
        "slots": placement.workers_that_fit(devices, recipe, needs, capacity),
        **placement.executor_options(devices, recipe, capacity),
    }
