"""SubTuning: fine-tune on the largest subset the budget allows, and take the loss as it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from audition.types import Point, Ranking, Score

if TYPE_CHECKING:
    import numpy as np

    from audition.protocols import SelectionProblem


@dataclass(frozen=True, slots=True, kw_only=True)
class SubTuning:
    """Score a model by minus its loss at the largest size."""

    def plan(self, sizes: tuple[int, ...]) -> tuple[int, ...]:
        """Return the sizes it asks for: the largest."""
        return sizes[:1]

    def select(self, problem: SelectionProblem, rng: np.random.Generator) -> Ranking:
        """Rank by the loss at the largest size, measured for all candidates at once."""
        observations = problem.measure(Point(model.name, problem.sizes[0]) for model in problem.candidates)
        return Ranking.from_scores(Score.of_measured(observation) for observation in observations)
