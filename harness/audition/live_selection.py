"""A live selection: resolve everything that can be wrong, plan, fine-tune, report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from audition.advice import recommend
from audition.budget import require_sizes
from audition.errors import UsageError
from audition.memory import format_bytes
from audition.plan import cost_model, make_plan, planned_sizes
from audition.problem import MeteredProblem
from audition.provenance import of_setting
from audition.selection import Report, does_not_fit, select_stratum

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from audition.budget import Budget
    from audition.live import LiveLosses, LiveSetting
    from audition.memory import MemoryPlanner
    from audition.plan import Plan
    from audition.protocols import Selector
    from audition.selection import Stratum
    from audition.types import ModelSpec, RankedModel


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveSelection:
    """One opened task, candidates, budgets and a selector. `plan` first, then `run`."""

    setting: LiveSetting
    candidates: Sequence[ModelSpec]
    losses: LiveLosses
    budget: Budget
    selector_name: str
    selector: Selector
    memory: MemoryPlanner
    min_size: int  #: smallest subset measured
    d_full: int  #: training rows, or what they will be one day
    seed: int  #: of the selector's randomness
    provenance: Mapping[str, Any]  #: of the program and its plugins

    @property
    def sizes(self) -> tuple[int, ...]:
        """Return the sizes that may be measured, largest first.

        Raises:
            UsageError: the task is too small for the selector at this ratio.
        """
        n_train = self.setting.task.spec.n_train or 0
        wanted = int(getattr(self.selector, "min_sizes", 1))
        return require_sizes(n_train, self.budget.fraction, self.min_size, wanted=wanted)

    def plan(self) -> Plan:
        """Return what `run` will do at most; calibrates on this device whatever the ledger does not know."""
        sizes = planned_sizes(self.selector, self.sizes)
        models = self._within(self.memory.budgets[-1])
        if not models:
            raise UsageError(self._nothing_fits())
        calibrations = self.losses.calibrate_all(models) if sizes else {}
        costs = cost_model(models, self.setting.task, self.setting.recipe, len(self.setting.seeds), calibrations)
        self.losses.costs = costs
        return make_plan(models, sizes, self.losses, costs)

    def run(self) -> Report:
        """Return the report; measurements come from the ledger or are made and stored there first."""
        strata = tuple(self._stratum(memory_budget) for memory_budget in self.memory.budgets)
        return Report(
            task=self.setting.task.spec.name,
            selector=self.selector_name,
            source="live",
            loss_unit=self.setting.loss_unit,
            budget=str(self.budget),
            d_full=self.d_full,
            strata=strata,
            spent=self.losses.paid,
            reused=self.losses.reused,
            recommendation=recommend(strata[-1].ranking, strata[-1].measured),
            provenance={**self.provenance, **of_setting(self.setting, self.selector), "weights": self.losses.weights},
        )

    def _stratum(self, memory_budget: int | None) -> Stratum:
        candidates = self._within(memory_budget)
        problem = MeteredProblem(
            candidates=candidates,
            sizes=self.sizes,
            d_full=self.d_full,
            loss_unit=self.setting.loss_unit,
            budget=self.budget,
            losses=self.losses,
        )
        return select_stratum(
            problem,
            self.selector,
            seed=self.seed,
            memory_budget_bytes=memory_budget,
            too_large=[self._too_large(model, memory_budget) for model in self.candidates if model not in candidates],
            memory={model.name: self.memory.need(model, memory_budget) for model in self.candidates},
            remarks={model.name: self.memory.remark(model, memory_budget) for model in candidates},
        )

    def _within(self, memory_budget: int | None) -> tuple[ModelSpec, ...]:
        return tuple(model for model in self.candidates if self.memory.fits(model, memory_budget))

    def _too_large(self, model: ModelSpec, memory_budget: int | None) -> RankedModel:
        return does_not_fit(model, self.memory.why_not(model, memory_budget or 0))

    def _nothing_fits(self) -> str:
        needs = [
            need.total
            for model in self.candidates
            if (need := self.memory.need(model, self.memory.budgets[-1])) is not None
        ]
        budget = format_bytes(self.memory.budgets[-1] or 0)
        return f"no candidate fits in {budget}; the smallest needs {format_bytes(min(needs))} (estimated)"
