"""Selectors that rank by the loss on the smallest subset, each with one fault."""

from __future__ import annotations

import math
import statistics
from dataclasses import replace
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np

from audition.errors import BudgetExceeded
from audition.types import Point, Ranking, Score

if TYPE_CHECKING:
    from collections.abc import Callable
    from decimal import Decimal

    from audition.types import ModelSpec, Observation
    from audition.types.protocols import SelectionProblem, Selector


class Good:
    """What all of them are but for one method: minus the loss on the smallest subset, one candidate after the other."""

    def select(self, problem: SelectionProblem, rng: np.random.Generator) -> Ranking:
        return Ranking.from_scores(problem.for_each(lambda model: self.score(problem, model)))

    def score(self, problem: SelectionProblem, model: ModelSpec) -> Score:
        return Score.of_measured(self.measure(problem, model))

    def measure(self, problem: SelectionProblem, model: ModelSpec) -> Observation:
        return problem.measure([Point(model.name, problem.sizes[-1])])[0]


class TakesAnything(Good):
    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - anything
        self.options = options


class HidesAType(Good):
    """Annotates an option with what is there for type checkers alone."""

    def __init__(self, weight: Decimal | None = None) -> None:
        self.weight = weight


class ForgetsTies(Good):
    """Keeps candidates by score."""

    def select(self, problem: SelectionProblem, rng: np.random.Generator) -> Ranking:
        scores = problem.for_each(lambda model: self.score(problem, model))
        by_score = {score.score if score.score is not None else score.model: score for score in scores}
        return Ranking.from_scores(by_score.values())


class DividesByTheRange(Good):
    """A curve that is flat has no range."""

    def score(self, problem: SelectionProblem, model: ModelSpec) -> Score:
        observations = problem.measure([Point(model.name, size) for size in problem.sizes])
        losses = [observation.loss for observation in observations if observation.loss is not None]
        if len(losses) < 2:
            return Score.of_measured(observations[-1])
        spread = np.float64(max(losses) - min(losses))
        with np.errstate(all="ignore"):
            return Score(model=model.name, score=-float(losses[-1] + 0 * (spread / spread)))


class RanksFromTheBottom(Good):
    def select(self, problem: SelectionProblem, rng: np.random.Generator) -> Ranking:
        rows = super().select(problem, rng).models
        scored = [row for row in rows if row.score is not None]
        turned = [replace(row, rank=len(scored) - place) for place, row in enumerate(scored)]
        return Ranking((*turned, *(row for row in rows if row.score is None)))


class ScoresTheLoss(Good):
    """Lower is better, it thinks."""

    def score(self, problem: SelectionProblem, model: ModelSpec) -> Score:
        good = super().score(problem, model)
        return good if good.score is None else Score(model=model.name, score=-good.score)


class AsksForMore(Good):
    def measure(self, problem: SelectionProblem, model: ModelSpec) -> Observation:
        try:
            return problem.measure([Point(model.name, 2 * problem.sizes[0])])[0]
        except BudgetExceeded:
            return super().measure(problem, model)


class Peeks(Good):
    """Reads the end of the curve."""

    def score(self, problem: SelectionProblem, model: ModelSpec) -> Score:
        losses: Any = problem._losses  # type: ignore[attr-defined]  # noqa: SLF001 - what it should not do
        return Score(model=model.name, score=-losses.curves[model.name].loss[-1])


class PrefersTheFirst(Good):
    def score(self, problem: SelectionProblem, model: ModelSpec) -> Score:
        good = super().score(problem, model)
        place = [candidate.name for candidate in problem.candidates].index(model.name)
        return good if good.score is None else Score(model=model.name, score=good.score - 1e-6 * place)


class LeavesANote(Good):
    def select(self, problem: SelectionProblem, rng: np.random.Generator) -> Ranking:
        problem.was_here = True  # type: ignore[attr-defined]  # what it should not do
        return super().select(problem, rng)


class DrawsFromNumpy(Good):
    def select(self, problem: SelectionProblem, rng: np.random.Generator) -> Ranking:
        noise = float(np.random.normal(scale=1e-3))
        rows = super().select(problem, rng).models
        scores = [None if row.score is None else row.score + noise for row in rows]
        return Ranking.from_scores(
            Score(model=row.model, score=score, status=row.status) for row, score in zip(rows, scores, strict=True)
        )


class Remembers(Good):
    def __init__(self) -> None:
        self.n_problems = 0

    def score(self, problem: SelectionProblem, model: ModelSpec) -> Score:
        good = super().score(problem, model)
        return good if good.score is None else Score(model=model.name, score=good.score - self.n_problems)

    def select(self, problem: SelectionProblem, rng: np.random.Generator) -> Ranking:
        self.n_problems += 1
        return super().select(problem, rng)


class GivesUpWhenBusy(Good):
    def __init__(self) -> None:
        self.lock = Lock()

    def score(self, problem: SelectionProblem, model: ModelSpec) -> Score:
        if not self.lock.acquire(blocking=False):
            return Score(model=model.name, score=None)
        try:
            return super().score(problem, model)
        finally:
            self.lock.release()


class PlansNothing(Good):
    def plan(self, sizes: tuple[int, ...]) -> tuple[int, ...]:
        return ()


class NegatesNone(Good):
    def score(self, problem: SelectionProblem, model: ModelSpec) -> Score:
        return Score(model=model.name, score=-self.measure(problem, model).loss)  # type: ignore[operator]  # its fault


class ScoresFailures(Good):
    def score(self, problem: SelectionProblem, model: ModelSpec) -> Score:
        loss = self.measure(problem, model).loss
        return Score(model=model.name, score=-99.0 if loss is None else -loss)


class NeedsFourSizes(Good):
    def measure(self, problem: SelectionProblem, model: ModelSpec) -> Observation:
        return problem.measure([Point(model.name, problem.sizes[3])])[0]


class Standardises(Good):
    def select(self, problem: SelectionProblem, rng: np.random.Generator) -> Ranking:
        rows = super().select(problem, rng).models
        scores = [row.score for row in rows if row.score is not None]
        deviation = statistics.stdev(scores) if scores else 1.0
        return Ranking.from_scores(
            Score(model=row.model, score=None if row.score is None else row.score / deviation, status=row.status)
            for row in rows
        )


class NeedsASize(Good):
    def score(self, problem: SelectionProblem, model: ModelSpec) -> Score:
        good = super().score(problem, model)
        penalty = 1e-9 * math.log(model.n_params)  # type: ignore[arg-type]  # its fault
        return good if good.score is None else Score(model=model.name, score=good.score - penalty)


#: a selector, and the one check that should catch it
BROKEN: dict[Callable[..., Selector], str | None] = {
    Good: None,
    TakesAnything: "it_is_made_with_defaults_and_refuses_unknown_options",
    HidesAType: "every_option_has_a_type_that_can_be_read",
    ForgetsTies: "every_candidate_comes_back_once",
    DividesByTheRange: "scores_are_finite_or_null",
    RanksFromTheBottom: "ranks_follow_the_scores",
    ScoresTheLoss: "a_better_model_is_not_scored_below_a_worse_one",
    AsksForMore: "it_never_measures_beyond_the_budget",
    Peeks: "nothing_beyond_the_budget_leaks_into_the_ranking",
    PrefersTheFirst: "the_order_of_candidates_does_not_matter",
    LeavesANote: "it_does_not_change_the_problem",
    DrawsFromNumpy: "the_same_seed_gives_the_same_ranking",
    Remembers: "the_same_seed_gives_the_same_ranking",
    GivesUpWhenBusy: "measuring_at_once_changes_nothing",
    PlansNothing: "it_measures_what_it_plans",
    NegatesNone: "failed_measurements_end_nothing",
    ScoresFailures: "a_candidate_that_always_fails_has_no_score",
    NeedsFourSizes: "few_sizes_are_enough",
    Standardises: "one_candidate_is_ranked",
    NeedsASize: "models_of_unknown_size_are_no_error",
}
