"""Predictions with intervals, from every size: the curve bank, and the guarded mean, which is the default."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from audition_plugins.selectors._predicted import measure_all, rank_by_prediction

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np

    from audition.prediction import Rule
    from audition.protocols import SelectionProblem
    from audition.types import Observation, Ranking

MIN_SIZES = 2  #: one loss has no direction


@dataclass(frozen=True, slots=True, kw_only=True)
class Bank:
    """Predict by a bank of drawn curves: a curve ends where those do that agree with it so far."""

    min_sizes: ClassVar[int] = MIN_SIZES
    rule: ClassVar[Rule] = "bank"

    def plan(self, sizes: tuple[int, ...]) -> tuple[int, ...]:
        """Return all sizes, and none: the loss without training says how much a model knows of such text."""
        return (*sizes, 0)

    def select(self, problem: SelectionProblem, rng: np.random.Generator) -> Ranking:
        """Rank by the loss predicted at D_full, from all sizes of all candidates."""
        return self.so_far(problem, measure_all(problem))

    def so_far(self, problem: SelectionProblem, observations: Iterable[Observation]) -> Ranking:
        """Rank by what has been measured."""
        return rank_by_prediction(problem, observations, self.rule)


@dataclass(frozen=True, slots=True, kw_only=True)
class Guarded(Bank):
    """Predict by the mean of bank and AtS; nobody gains several times what the promising half of the pool gains."""

    rule: ClassVar[Rule] = "guarded"
