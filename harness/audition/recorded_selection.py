"""A selection over recorded curves: instant, torch-free."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from audition.advice import recommend
from audition.errors import UsageError
from audition.problem import MeteredProblem
from audition.recorded import RecordedLosses, recorded_sizes
from audition.selection import Report, select_stratum
from audition.types import Cost

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from audition.budget import Budget
    from audition.protocols import Selector
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

    def run(self) -> Report:
        """Return the report.

        Raises:
            UsageError: no candidate has a recorded curve, or no recorded size is within the budget.
        """
        problem = self.problem()
        stratum = select_stratum(problem, self.selector, seed=self.seed)
        return Report(
            task=self.task,
            selector=self.selector_name,
            source="recorded",
            loss_unit=problem.loss_unit,
            budget=str(self.budget),
            d_full=problem.d_full,
            strata=(stratum,),
            spent=sum((observation.cost for observation in stratum.measured), Cost()),
            reused=Cost(),
            recommendation=recommend(stratum.ranking, stratum.measured),
            provenance=self.provenance,
        )

    def problem(self) -> MeteredProblem:
        """Return the metered problem; D_full is the largest recorded size."""
        by_model = {curve.model: curve for curve in self.curves}
        candidates = tuple(as_published(model) for model in self.candidates if model.name in by_model)
        if not candidates:
            raise UsageError(f"no candidate has a recorded curve on {self.task!r}")
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


def as_published(model: ModelSpec) -> ModelSpec:
    """Return the model with the parameter count that the recorded experiments used."""
    return model if model.n_params_published is None else replace(model, n_params=model.n_params_published)
