"""A live selection: resolve everything that can be wrong, plan, fine-tune, report."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from threading import Event
from typing import TYPE_CHECKING, Any

import numpy as np

from audition.budgets.budget import SizeCap, TotalSpend
from audition.budgets.ladder import require_sizes
from audition.encoding.lossy import lossy_note
from audition.errors import BudgetExceeded, UsageError
from audition.measuring.problem import MeteredProblem
from audition.measuring.rechecking import MOST_SEEDS, doubtful_points
from audition.selection.answering.advice import advise
from audition.selection.answering.so_far import SoFar, is_anytime
from audition.selection.objective import loss_agreement, meaning, test_noise
from audition.selection.plan import cost_model, make_plan, planned_sizes
from audition.selection.provenance import of_setting
from audition.selection.stratum import does_not_fit, not_tried, select_stratum
from audition.text.sizes import format_bytes
from audition.training.devices.clock import crowding
from audition.types import Cost, Point, RankedModel, Report, Survey
from audition.types.results.certainties import NextStep

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from audition.budgets.budget import Budget
    from audition.measuring.live import LiveLosses
    from audition.measuring.setting import LiveSetting
    from audition.memory import MemoryPlanner
    from audition.readings.readings import Readings
    from audition.selection.answering.advice import Advice
    from audition.selection.answering.so_far import Anytime
    from audition.selection.plan import Plan
    from audition.types import ModelSpec, Ranking, Stratum
    from audition.types.protocols import Selector

SURE_ENOUGH = 0.95  #: of a choice that is as good as the best: no further measurement is proposed


@dataclass(frozen=True, kw_only=True)
class LiveSelection:
    """One opened task, candidates, budgets and a selector. `plan` tells what `run` will do, and may be left out."""

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
    choice: str = ""  #: how the budget was chosen, in a sentence; "": it was given
    does_recheck: bool = False  #: measure points that are out of line again, with other seeds
    rechecked: dict[str, list[str]] = field(default_factory=dict)  #: by model: what came of it
    ended: Event = field(default_factory=Event)  #: set when somebody ended the measurements
    exhausted: Event = field(default_factory=Event)  #: set when the budget ended before the selector did
    readings: Readings | None = None  #: how candidates read the rows; None: unknown, nobody is refused for it

    @property
    def sizes(self) -> tuple[int, ...]:
        """Return the sizes that may be measured, largest first.

        Raises:
            UsageError: the task is too small for the selector at this ratio.
        """
        n_train = self.setting.task.spec.n_train or 0
        wanted = int(getattr(self.selector, "min_sizes", 1))
        return require_sizes(n_train, self.budget.fraction, self.min_size, wanted=wanted)

    @property
    def fitting(self) -> tuple[ModelSpec, ...]:
        """Return the candidates that can take the task and fit the largest memory budget.

        Raises:
            UsageError: there is none.
        """
        models = self._within(self.memory.budgets[-1])
        if not models:
            raise UsageError(self._nothing_fits() if self._able else self._all_refused())
        return models

    def plan(self) -> Plan:
        """Return what `run` will do at most; calibrates on this device whatever the ledger does not know."""
        sizes = planned_sizes(self.selector, self.sizes)
        models = self.fitting
        crowding = self._crowding()  # before we calibrate, which crowds it, too
        calibrations = self.losses.calibrate(models) if sizes else {}
        costs = cost_model(models, self.setting.task, self.setting.recipe, len(self.setting.seeds), calibrations)
        self.losses.costs = costs
        plan = make_plan(models, sizes, self.losses, costs)
        return replace(
            plan,
            refused=tuple(self.refused.values()),
            remarks=self._reading_notes,
            crowding=crowding,
            choice=self.choice,
            limit=str(self.budget) if isinstance(self.budget, TotalSpend) else "",
            may_end_early=isinstance(self.budget, TotalSpend)
            or any(getattr(self.selector, name, False) for name in ("paces_itself", "stops_early")),
        )

    def _crowding(self) -> float:
        if self.setting.device_kind != "cpu":
            return 1.0
        return crowding(self.losses.slots * self.setting.recipe.n_shards)

    def run(self) -> Report:
        """Return the report; measurements come from the ledger or are made and stored there first.

        A limit on what is spent holds by what measurements will cost, so that a run without a plan gets one now.
        """
        if self.losses.costs is None and isinstance(self.budget, TotalSpend):
            self.plan()
        try:
            strata = self._strata()
        except KeyboardInterrupt:
            self._conclude_from_here()
            strata = self._strata()
        except BudgetExceeded:  # the selector left it to us
            if not (isinstance(self.budget, TotalSpend) and self._can_conclude):
                raise
            self.exhausted.set()
            strata = self._strata()
        done: set[Point] = set()
        while self.does_recheck and not self.is_interrupted and (points := self._odd_points(strata) - done):
            done |= points
            for point in sorted(points):
                self.rechecked.setdefault(point.model, []).append(self._recheck(point, strata))
            try:
                strata = self._strata()  # the selector thinks again; everything else is known, nothing is paid twice
            except BudgetExceeded:  # it now wants sizes that it did not want before
                break
        last = strata[-1]
        advice = advise(
            last.ranking,
            last.measured,
            can_recheck=not self.does_recheck,
            candidates=self.candidates,
            memory=last.memory,
            d_full=self.d_full,
            noise=test_noise(last.ranking) if self.setting.objective else None,
        )
        return Report(
            task=self.setting.task.spec.name,
            selector=self.selector_name,
            source="live",
            loss_unit=self.setting.loss_unit,
            budget=str(self.budget),
            choice=self.choice,
            d_full=self.d_full,
            strata=strata,
            spent=self.losses.paid,
            reused=self.losses.reused,
            recommendation=" ".join(
                filter(None, (advice.sentence, meaning(self.setting.objective, last, advice.model)))
            ),
            objective=self.setting.objective,
            loss_agreement=loss_agreement(last.measured) if self.setting.objective else None,
            recommended=advice.model,
            certainty=advice.certainty,
            next_step=self._next_step(advice, last),
            is_interrupted=self.is_interrupted,
            provenance={**self.provenance, **of_setting(self.setting, self.selector), "weights": self.losses.weights},
        )

    @property
    def is_interrupted(self) -> bool:
        """Return whether somebody ended the measurements, so that rankings are of what there was by then."""
        return self.ended.is_set()

    def _conclude_from_here(self) -> None:
        """Rank by what has been measured from now on.

        Raises:
            KeyboardInterrupt: the selector cannot, or nothing has been.
        """
        self.losses.cancel()
        if not self._can_conclude:
            raise KeyboardInterrupt
        self.ended.set()

    @property
    def _can_conclude(self) -> bool:
        return is_anytime(self.selector) and any(point.n_samples for point in self.losses.obtained)

    def _concluding(self) -> Selector:
        """Return the selector, or after an early end one that ranks by what has been measured."""
        if (self.is_interrupted or self.exhausted.is_set()) and is_anytime(self.selector):
            return SoFar(self.selector, self.losses.obtained)
        return self.selector

    def _next_step(self, advice: Advice, stratum: Stratum) -> NextStep | None:
        """Return the measurement that would change the answer most: who may be better, and the first, twice as far."""
        sure, n_train = advice.certainty, self.setting.task.spec.n_train or 0
        largest = max((each.n_samples for each in stratum.measured), default=0)
        if self.is_interrupted or sure is None or sure.worth_measuring is None or sure.probability >= SURE_ENOUGH:
            return None  # after an interrupt, the same command is the next one
        if not 0 < 2 * largest <= n_train:
            return None
        others = [row.model for row in stratum.ranking if row.rank is not None and row.model != sure.model]
        models = tuple(dict.fromkeys((sure.model, sure.worth_measuring, *sure.level[:1], *others)))
        models = models[: max(2, len({sure.model, sure.worth_measuring, *sure.level[:1]}))]
        costs = [self.losses.planned(Point(model, 2 * largest)).seconds for model in models]
        known = [seconds for seconds in costs if seconds]
        return NextStep(
            models=models,
            n_samples=2 * largest,
            ratio=str(_doubled(self.budget.fraction, largest, n_train)),
            seconds=sum(known) if len(known) == len(models) else None,
        )

    def standing(self) -> Ranking | None:
        """Return how candidates stand by what has been measured, while `run` goes on in another thread.

        None where the selector cannot tell, or nothing was trained yet. The largest memory budget counts.
        """
        selector = self._apart
        if selector is None or not any(point.n_samples for point in self.losses.obtained):
            return None
        problem = MeteredProblem(
            candidates=self.fitting,
            sizes=self.sizes,
            d_full=self.d_full,
            loss_unit=self.setting.loss_unit,
            budget=SizeCap(self.budget.fraction),  # what was obtained is paid for
            losses=self.losses,
        )
        return SoFar(selector, self.losses.obtained).select(problem, np.random.default_rng(self.seed))

    @cached_property
    def _apart(self) -> Anytime | None:
        """Return a copy of the selector for another thread, so that being asked changes nothing in what is chosen."""
        if self.setting.objective:  # whether errors can be extrapolated shows when all are measured
            return None
        return deepcopy(self.selector) if is_anytime(self.selector) else None

    def _odd_points(self, strata: Sequence[Stratum]) -> set[Point]:
        return set(doubtful_points(each for stratum in strata for each in stratum.measured))

    def _recheck(self, point: Point, strata: Sequence[Stratum]) -> str:
        """Measure the point again, if the budget of every ranking that has it pays for that; return what came of it."""
        planned = sum([self.losses.planned(point)] * MOST_SEEDS, Cost())
        try:
            for stratum in strata:
                if point in {(each.model, each.n_samples) for each in stratum.measured}:
                    self.budget.check(sum((each.cost for each in stratum.measured), planned))
        except BudgetExceeded:
            return f"not measured again at {point.n_samples:,}: the budget does not pay for it"
        return self.losses.recheck(point)

    def _strata(self) -> tuple[Stratum, ...]:
        return tuple(self._stratum(memory_budget) for memory_budget in self.memory.budgets)

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
        stratum = select_stratum(
            problem,
            self._concluding(),
            name=self.selector_name,
            seed=self.seed,
            memory_budget_bytes=memory_budget,
            too_large=[
                self.refused.get(model.name) or self._too_large(model, memory_budget)
                for model in self.candidates
                if model not in candidates
            ],
            memory={model.name: self.memory.need(model, memory_budget) for model in self.candidates},
            remarks={name: remark for name, remark in self._remarks(candidates, memory_budget) if remark},
        )
        read = {name: each for name, each in self.surveys.items() if isinstance(each, Survey)}
        return replace(stratum, readings=read)

    def _within(self, memory_budget: int | None) -> tuple[ModelSpec, ...]:
        return tuple(model for model in self._able if self.memory.fits(model, memory_budget))

    @cached_property
    def surveys(self) -> Mapping[str, Survey | RankedModel]:
        """Return how candidates whose tokeniser is on this disk read the rows, or the row of one that cannot."""
        found: dict[str, Survey | RankedModel] = {}
        for model in self.candidates if self.readings else ():
            try:
                survey = self.readings.survey(model) if self.readings else None
            except UsageError as error:
                found[model.name] = not_tried(model, "refused", str(error))
                continue
            if survey is not None:
                found[model.name] = survey
        return found

    @cached_property
    def refused(self) -> Mapping[str, RankedModel]:
        """Return the rows of the candidates that are not tried, since they cannot take the task as it is."""
        rows = {}
        for model in self.candidates:
            survey = self.surveys.get(model.name)
            if isinstance(survey, RankedModel):
                rows[model.name] = survey
            elif survey is not None and survey.n_refused:
                rows[model.name] = not_tried(model, "refused", f"{survey.refusal} ({survey.n_refused} rows)")
            elif survey is not None and survey.is_lossy and not self.setting.rank_lossy:
                rows[model.name] = not_tried(model, "lossy-tokeniser", lossy_note(survey.lossy))
        return rows

    @property
    def _able(self) -> tuple[ModelSpec, ...]:
        return tuple(model for model in self.candidates if model.name not in self.refused)

    @property
    def _reading_notes(self) -> dict[str, str]:
        return {name: "; ".join(each.notes) for name, each in self.surveys.items() if isinstance(each, Survey)}

    def _remarks(self, models: Sequence[ModelSpec], memory_budget: int | None) -> Iterator[tuple[str, str]]:
        """Yield what makes each model fit, and what it cuts or cannot write."""
        for model in models:
            again = self.rechecked.get(model.name, ())
            parts = (self.memory.remark(model, memory_budget), self._reading_notes.get(model.name), *again)
            yield model.name, "; ".join(filter(None, parts))

    def _all_refused(self) -> str:
        return "no candidate can take this task: " + "; ".join(
            f"{name}: {', '.join(row.notes)}" for name, row in self.refused.items()
        )

    def _too_large(self, model: ModelSpec, memory_budget: int | None) -> RankedModel:
        return does_not_fit(model, self.memory.why_not(model, memory_budget or 0))

    def _nothing_fits(self) -> str:
        needs = [
            least
            for model in self.candidates
            if (least := self.memory.least(model, self.memory.budgets[-1])) is not None
        ]
        budget = format_bytes(self.memory.budgets[-1] or 0)
        if not needs:
            return f"no candidate can be compared with {budget}: the size of none is known before its download"
        return f"no candidate fits in {budget}; the smallest needs {format_bytes(min(needs))} (estimated)"


def _doubled(fraction: Fraction, largest: int, n_train: int) -> Fraction:
    """Return a ratio whose ladder goes on from `largest`: twice the old one where that does."""
    twice = 2 * fraction
    return twice if int(twice * n_train) // 2 == largest else Fraction(2 * largest, n_train)
