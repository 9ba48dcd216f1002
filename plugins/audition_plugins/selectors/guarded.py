"""The guarded mean of curve bank and Accept then Stop: the default of `audition select`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from audition_plugins.selectors._predicted import measure_all, rank_by_prediction

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np

    from audition.protocols import SelectionProblem
    from audition.types import Observation, Ranking

MIN_SIZES = 2  #: one loss has no direction


@dataclass(frozen=True, slots=True, kw_only=True)
class Guarded:
    """Predict from every size, and let nobody gain several times what the promising half of the pool gains."""

    min_sizes = MIN_SIZES

    def plan(self, sizes: tuple[int, ...]) -> tuple[int, ...]:
        """Return all sizes, and none: the loss without training says how much a model knows of such text."""
        return (*sizes, 0)

    def select(self, problem: SelectionProblem, rng: np.random.Generator) -> Ranking:
        """Rank by the loss predicted at D_full, from all sizes of all candidates."""
        return self.so_far(problem, measure_all(problem))

    def so_far(self, problem: SelectionProblem, observations: Iterable[Observation]) -> Ranking:
        """Rank by what has been measured."""
        return rank_by_prediction(problem, observations, "guarded")
