"""A selection over recorded curves: instant, torch-free."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from audition.errors import UsageError
from audition.measuring.problem import MeteredProblem
from audition.measuring.recorded import RecordedLosses, own_sizes, recorded_sizes, spec_of
from audition.memory import MemoryPlanner
from audition.memory.planner import UNKNOWN
from audition.plugins.factories import make_selector
from audition.selection import provenance
from audition.selection.answering.advice import advise
from audition.selection.candidates import open_candidates
from audition.selection.stratum import does_not_fit, select_stratum
from audition.text.sizes import format_bytes
from audition.types import Cost, Report

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from audition.budgets.budget import Budget
    from audition.plugins.catalog import Catalog
    from audition.selection.config import SelectionConfig
    from audition.types import AdapterEntry, LossCurve, LossUnit, ModelSpec, Registered, Stratum
    from audition.types.protocols import Selector


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedSelection:
    """One task's recorded curves, candidates, a budget and a selector."""

    task: str
    candidates: Sequence[ModelSpec]
    curves: Sequence[LossCurve]  #: of this task, in one loss unit
    budget: Budget
    selector_name: str
    selector: Selector
    seed: int
    provenance: Mapping[str, Any]
    memory: MemoryPlanner | None = None  #: None: one stratum, of all candidates
    sizes: tuple[int, ...] = ()  #: to measure at, D_full first; empty: those that at least half of the candidates have

    def run(self) -> Report:
        """Return the report, with a ranking for each memory budget.

        Raises:
            UsageError: no candidate has a recorded curve or fits, or no recorded size is within the budget.
        """
        problem = self.problem()
        if self.memory is None:
            remarks = self._remarks(problem)
            strata: tuple[Stratum, ...] = (
                select_stratum(problem, self.selector, name=self.selector_name, seed=self.seed, remarks=remarks),
            )
        else:
            strata = tuple(self._stratum(problem, self.memory, budget) for budget in self.memory.budgets)
        measured = {(each.model, each.n_samples): each for stratum in strata for each in stratum.measured}
        last = strata[-1]
        advice = advise(
            last.ranking, last.measured, candidates=self.candidates, memory=last.memory, d_full=problem.d_full
        )
        return Report(
            task=self.task,
            selector=self.selector_name,
            source="recorded",
            loss_unit=problem.loss_unit,
            budget=str(self.budget),
            d_full=problem.d_full,
            strata=strata,
            spent=sum((observation.cost for observation in measured.values()), Cost()),
            reused=Cost(),
            recommendation=advice.sentence,
            recommended=advice.model,
            certainty=advice.certainty,
            provenance=self.provenance,
        )

    def problem(self) -> MeteredProblem:
        """Return the metered problem of all candidates; D_full is the largest recorded size."""
        candidates = tuple(model.as_published() for model in self._recorded())
        if not candidates:
            raise UsageError(f"no candidate has a recorded curve on {self.task!r}")
        by_model = {curve.model: curve for curve in self.curves}
        curves = [by_model[model.name] for model in candidates]
        recorded = self.sizes or recorded_sizes(curves)
        cap = int(self.budget.fraction * recorded[0])
        sizes = tuple(size for size in recorded if size <= cap)
        if not sizes:
            raise UsageError(f"the smallest recorded size of {self.task!r} is {recorded[-1]}, above the budget's {cap}")
        return MeteredProblem(
            candidates=candidates,
            sizes=sizes,
            d_full=recorded[0],
            loss_unit=curves[0].loss_unit,
            budget=self.budget,
            losses=RecordedLosses(curves),
            own_sizes=own_sizes(curves, sizes, cap),
        )

    def _recorded(self) -> list[ModelSpec]:
        recorded = {curve.model for curve in self.curves}
        return [model for model in self.candidates if model.name in recorded]

    def _as_far_as_known(self, memory: MemoryPlanner, budget: int | None) -> str:
        is_unknown = any(memory.why_not(model, budget or 0) == UNKNOWN for model in self._recorded())
        return ", as far as sizes are known" if is_unknown else ""

    def _remarks(self, problem: MeteredProblem) -> dict[str, str]:
        """Return what to say of candidates that were not recorded at the sizes of the others, by name."""
        recorded = {curve.model: set(curve.n_samples) for curve in self.curves}
        missing = {
            model.name: [size for size in problem.sizes if size not in recorded[model.name]]
            for model in problem.candidates
        }
        return {
            name: f"not recorded at {', '.join(f'{size:,}' for size in sizes[:4])}{' …' if len(sizes) > 4 else ''}"
            for name, sizes in missing.items()
            if sizes
        }

    def _stratum(self, whole: MeteredProblem, memory: MemoryPlanner, budget: int | None) -> Stratum:
        """Return the ranking of the candidates that fit; their real parameters count, not the published ones."""
        recorded = self._recorded()
        fitting = {model.name for model in recorded if memory.fits(model, budget)}
        if not fitting and budget == memory.budgets[-1]:
            limit = f"{format_bytes(budget or 0)}{self._as_far_as_known(memory, budget)}"
            raise UsageError(f"no candidate with a recorded curve fits in {limit} (estimated)")
        candidates = tuple(model for model in whole.candidates if model.name in fitting)
        remarks = self._remarks(whole)
        return select_stratum(
            MeteredProblem(
                candidates=candidates,
                sizes=whole.sizes,
                d_full=whole.d_full,
                loss_unit=whole.loss_unit,
                budget=self.budget,
                losses=RecordedLosses([curve for curve in self.curves if curve.model in fitting]),
                own_sizes={name: whole.sizes_of(name) for name in fitting},
            ),
            self.selector,
            name=self.selector_name,
            seed=self.seed,
            memory_budget_bytes=budget,
            too_large=[
                does_not_fit(model, memory.why_not(model, budget or 0))
                for model in recorded
                if model.name not in fitting
            ],
            memory={} if budget is None else {model.name: memory.need(model, budget) for model in recorded},
            remarks={
                model.name: "; ".join(filter(None, (memory.remark(model, budget), remarks.get(model.name))))
                for model in recorded
                if model.name in fitting
            },
        )


def open_recorded(config: SelectionConfig, catalog: Catalog) -> RecordedSelection:
    """Return a selection over recorded curves.

    Raises:
        UsageError: nobody has recorded curves of the task, or they are in several loss units and none was chosen.
    """
    from audition.recipes.loading import GPU_PRECISION, load_recipe

    entry = catalog.selector(config.selector)
    curves = choose_curves(catalog, config.task, config.loss_unit)
    offers = _with_recorded(catalog, curves)
    return RecordedSelection(
        task=config.task,
        candidates=open_candidates(config, offers, default=[offer.entry for offer in offers.models.values()]),
        curves=curves,
        budget=config.budget,
        selector_name=entry.name,
        selector=make_selector(entry, config.selector_options, plugin=catalog.selectors[entry.name].plugin),
        seed=config.seed,
        provenance=provenance.of_plugins(catalog.plugins),
        memory=MemoryPlanner(
            recipe=replace(load_recipe(config.recipe or "paper"), precision=GPU_PRECISION),
            lengths=(),
            is_cuda=True,
            budgets=tuple(sorted(set(config.memory_budgets))),
        )
        if config.memory_budgets
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


@dataclass(frozen=True, slots=True)
class _Offers:
    """The listed models, and those of recorded curves besides. Implements `ModelRegistry`."""

    models: Mapping[str, Registered[ModelSpec]]
    catalog: Catalog

    def adapter_for(self, model_type: str) -> AdapterEntry:
        return self.catalog.adapter_for(model_type)


def _with_recorded(catalog: Catalog, curves: Sequence[LossCurve]) -> _Offers:
    """Return what the catalog lists, and after it the models that are known by their curves alone."""
    from audition.types import Registered

    unlisted = [curve for curve in curves if curve.model not in catalog.models]
    owners = {offer.entry.model: offer.plugin for curve in unlisted[:1] for offer in catalog.curves(curve.task)}
    alone = {curve.model: Registered(entry=spec_of(curve), plugin=owners[curve.model]) for curve in unlisted}
    return _Offers({**catalog.models, **alone}, catalog)
