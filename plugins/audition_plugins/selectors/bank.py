"""The curve bank alone: a curve ends where the synthetic ones that agree with it so far do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from audition_plugins.selectors._predicted import measure_all, rank_by_prediction
from audition_plugins.selectors.guarded import MIN_SIZES

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np

    from audition.protocols import SelectionProblem
    from audition.types import Observation, Ranking


@dataclass(frozen=True, slots=True, kw_only=True)
class Bank:
    """Predict from every size by a bank of drawn curves; nothing is damped or capped."""

    min_sizes = MIN_SIZES

    def plan(self, sizes: tuple[int, ...]) -> tuple[int, ...]:
        """Return all sizes, and none."""
        return (*sizes, 0)

    def select(self, problem: SelectionProblem, rng: np.random.Generator) -> Ranking:
        """Rank by the loss predicted at D_full, from all sizes of all candidates."""
        return self.so_far(problem, measure_all(problem))

    def so_far(self, problem: SelectionProblem, observations: Iterable[Observation]) -> Ranking:
        """Rank by what has been measured."""
        return rank_by_prediction(problem, observations, "bank")
