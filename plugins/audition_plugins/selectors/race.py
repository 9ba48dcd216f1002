"""Racing: everybody runs a little, the promising run on, each time twice as far."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from statistics import median
from typing import TYPE_CHECKING, ClassVar

from audition.budgets.flops import active_params
from audition.errors import BudgetExceeded, UsageError
from audition.prediction import Expected, certainty
from audition.types import Point
from audition_plugins.selectors._predicted import predict_observed, rank_by_prediction
from audition_plugins.selectors.guarded import MIN_SIZES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import numpy as np

    from audition.prediction import Predicted
    from audition.protocols import SelectionProblem
    from audition.types import ModelSpec, Observation, Ranking

FEWEST_SIZES = 4  #: that everybody is measured at
FIRST_SHARE, FIRST_SIZE = 128, 3200  #: everybody runs up to D_full / 128, or so far where that is more than enough
LAST_SHARE = 8  #: nobody runs beyond D_full / 8: from there on any rule predicts well
FEWEST_RACERS = 8  #: below that, all go on: there is nothing to save
LARGE_POOL = 15
KEPT_OF_FEW, KEPT_OF_MANY = 0.7, 0.6  #: share of the cost of the next size that the survivors may take
FEWEST_KEPT, FINALISTS = 3, 2  #: candidates that are always kept; those that run the last size


@dataclass(frozen=True, slots=True, kw_only=True)
class Race:
    """Measure everybody small, keep the promising, double, until it is certain enough or the budget ends."""

    sure: float = 0.95  #: stop when the first is within 2 % of the best with this probability

    def __post_init__(self) -> None:
        if not 0.0 < self.sure <= 1.0:
            raise UsageError(f"option 'sure' of 'race' must be above 0 and at most 1, got {self.sure}")

    min_sizes = MIN_SIZES
    paces_itself: ClassVar[bool] = True

    def plan(self, sizes: tuple[int, ...]) -> tuple[int, ...]:
        """Return all sizes, and none: a finalist may run them all."""
        return (*sizes, 0)

    def select(self, problem: SelectionProblem, rng: np.random.Generator) -> Ranking:
        """Rank by the guarded prediction; who was left behind is ranked by what is known of it."""
        course = Course(problem)
        course.run(self.sure)
        return self.so_far(problem, course.observations)

    def so_far(self, problem: SelectionProblem, observations: Iterable[Observation]) -> Ranking:
        """Rank by what has been measured."""
        return rank_by_prediction(problem, observations, "guarded")


class Course:
    """One race: who is still in it, and what has been measured."""

    def __init__(self, problem: SelectionProblem) -> None:
        self._problem = problem
        sizes = sorted(problem.sizes)
        last = [size for size in sizes if size * LAST_SHARE <= problem.d_full]
        self._sizes = last if len(last) >= FEWEST_SIZES else sizes[:FEWEST_SIZES]
        self._own: dict[str, list[Observation]] = {model.name: [] for model in problem.candidates}
        self._running: list[ModelSpec] = list(problem.candidates)

    @property
    def observations(self) -> list[Observation]:
        """Return what has been measured of all candidates."""
        return [each for found in self._own.values() for each in found]

    def run(self, sure: float) -> None:
        """Measure until one is `sure`, all sizes are done, or the budget ends.

        Raises:
            BudgetExceeded: it does not pay for one size of every candidate.
        """
        first = self._first_sizes()
        for size in (0, *first):
            try:
                self._measure(self._running, size)
            except BudgetExceeded:
                if not any(each.n_samples for each in self.observations):
                    raise
                return
        for size in self._sizes[len(first) :]:
            predicted = predict_observed(self._own, self._problem.d_full, "guarded")
            known = [model for model in self._running if model.name in predicted]
            order = sorted(known, key=lambda model: (predicted[model.name].loss, model.name))
            if (order and _probability(predicted, order[0]) >= sure) or not self._go_on(size, order):
                return

    def _first_sizes(self) -> list[int]:
        """Return the sizes that everybody runs, ascending."""
        share = self._problem.d_full / FIRST_SHARE
        limit = share if share < FIRST_SIZE else FIRST_SIZE
        return self._sizes[: max(FEWEST_SIZES, sum(size <= limit for size in self._sizes))]

    def _measure(self, models: Sequence[ModelSpec], size: int) -> None:
        """Measure the models at `size`, those that have other sizes of their own at the ones up to it.

        Who fails is out. The dearest first, so that no worker is left with it when the others are done.
        """
        weights = _weights(models)
        points = [
            Point(model.name, each)
            for model in models
            for each in ([0] if not size else [own for own in self._problem.sizes_of(model.name) if own <= size])
            if each not in {seen.n_samples for seen in self._own[model.name]}
        ]
        points.sort(key=lambda point: -weights[point.model] * point.n_samples)
        for observation in self._problem.measure(points):
            self._own[observation.model].append(observation)
        failed = {each.model for each in self.observations if each.loss is None and each.n_samples}
        self._running = [model for model in self._running if model.name not in failed]

    def _go_on(self, size: int, order: Sequence[ModelSpec]) -> bool:
        """Measure who is promising at the next size, of those as many as the budget pays for; return whether it did."""
        is_race = len(self._problem.candidates) >= FEWEST_RACERS
        runners = self._survivors(order, is_last=size == self._sizes[-1]) if is_race else list(order)
        runners += [model for model in self._running if model not in order]  # whose own sizes begin later
        for n_runners in range(len(runners), min(FINALISTS, len(runners)) - 1, -1):
            try:
                self._measure(runners[:n_runners], size)
            except BudgetExceeded:
                continue
            names = {model.name for model in runners[:n_runners]}
            self._running = [model for model in self._running if model.name in names]
            return len(self._running) > 1
        return False

    def _survivors(self, order: Sequence[ModelSpec], *, is_last: bool) -> list[ModelSpec]:
        """Return who goes on, best first: no more than a share of all that run, nor of the operations that they take.

        A large model counts for as many as it costs, so that it has to be among the very best to go on.
        """
        share = KEPT_OF_MANY if len(self._problem.candidates) >= LARGE_POOL else KEPT_OF_FEW
        weights = _weights(order)
        paid, most = share * sum(weights.values()), max(FEWEST_KEPT, ceil(share * len(order)))
        kept: list[ModelSpec] = []
        for model in order:
            is_paid = paid > 0 and weights[model.name] <= max(paid, 1.0)  # 1: of a usual model, the last may be begun
            if len(kept) < FEWEST_KEPT or (is_paid and len(kept) < most):
                kept.append(model)
                paid -= weights[model.name]
        return kept[:FINALISTS] if is_last else kept


def _probability(predicted: Mapping[str, Predicted], first: ModelSpec) -> float:
    """Return how sure it is that `first` is as good as the best of all, of those left behind, too."""
    expected = {name: Expected(each.loss, each.low, each.high) for name, each in predicted.items()}
    return certainty(expected, first.name).probability


def _weights(models: Sequence[ModelSpec]) -> dict[str, float]:
    """Return the operations a token takes of each model, as a share of the median; 1 where its size is unknown."""
    known = {model.name: n_params for model in models if (n_params := active_params(model))}
    typical = median(known.values()) if known else 1.0
    return {model.name: known.get(model.name, typical) / typical for model in models}
