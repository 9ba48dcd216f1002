"""A selection over recorded curves: instant, torch-free."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from audition.advice import recommend
from audition.errors import UsageError
from audition.memory import format_bytes
from audition.problem import MeteredProblem
from audition.recorded import RecordedLosses, recorded_sizes
from audition.selection import Report, does_not_fit, select_stratum
from audition.types import Cost

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from audition.budget import Budget
    from audition.memory import MemoryPlanner
    from audition.protocols import Selector
    from audition.selection import Stratum
    from audition.types import LossCurve, ModelSpec


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

    def run(self) -> Report:
        """Return the report, with a ranking for each memory budget.

        Raises:
            UsageError: no candidate has a recorded curve or fits, or no recorded size is within the budget.
        """
        problem = self.problem()
        if self.memory is None:
            strata: tuple[Stratum, ...] = (select_stratum(problem, self.selector, seed=self.seed),)
        else:
            strata = tuple(self._stratum(problem, self.memory, budget) for budget in self.memory.budgets)
        measured = {(each.model, each.n_samples): each for stratum in strata for each in stratum.measured}
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
            recommendation=recommend(strata[-1].ranking, strata[-1].measured),
            provenance=self.provenance,
        )

    def problem(self) -> MeteredProblem:
        """Return the metered problem of all candidates; D_full is the largest recorded size."""
        candidates = tuple(as_published(model) for model in self._recorded())
        if not candidates:
            raise UsageError(f"no candidate has a recorded curve on {self.task!r}")
        by_model = {curve.model: curve for curve in self.curves}
        curves = [by_model[model.name] for model in candidates]
        recorded = recorded_sizes(curves)
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
        )

    def _recorded(self) -> list[ModelSpec]:
        recorded = {curve.model for curve in self.curves}
        return [model for model in self.candidates if model.name in recorded]

    def _stratum(self, whole: MeteredProblem, memory: MemoryPlanner, budget: int | None) -> Stratum:
        """Return the ranking of the candidates that fit; their real parameters count, not the published ones."""
        recorded = self._recorded()
        fitting = {model.name for model in recorded if memory.fits(model, budget)}
        if not fitting and budget == memory.budgets[-1]:
            raise UsageError(f"no candidate with a recorded curve fits in {format_bytes(budget or 0)} (estimated)")
        candidates = tuple(model for model in whole.candidates if model.name in fitting)
        return select_stratum(
            MeteredProblem(
                candidates=candidates,
                sizes=whole.sizes,
                d_full=whole.d_full,
                loss_unit=whole.loss_unit,
                budget=self.budget,
                losses=RecordedLosses([curve for curve in self.curves if curve.model in fitting]),
            ),
            self.selector,
            seed=self.seed,
            memory_budget_bytes=budget,
            too_large=[
                does_not_fit(model, memory.why_not(model, budget or 0))
                for model in recorded
                if model.name not in fitting
            ],
            memory={} if budget is None else {model.name: memory.need(model, budget) for model in recorded},
            remarks={model.name: memory.remark(model, budget) for model in recorded if model.name in fitting},
        )


def as_published(model: ModelSpec) -> ModelSpec:
    """Return the model with the parameter count that the recorded experiments used."""
    return model if model.n_params_published is None else replace(model, n_params=model.n_params_published)
