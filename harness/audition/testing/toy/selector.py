"""The smallest selector that measures: the loss on the smallest subset."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from audition.types import Point, Ranking, Score, SelectorEntry
from audition.types.protocols import SelectionProblem


@dataclass(frozen=True, slots=True, kw_only=True)
class ToySelector:
    """Score a model by minus its loss on the smallest subset that may be measured."""

    def plan(self, sizes: tuple[int, ...]) -> tuple[int, ...]:
        """Return the sizes it asks for: the smallest."""
        return sizes[-1:]

    def select(self, problem: SelectionProblem, rng: np.random.Generator) -> Ranking:
        """Rank by one measurement a candidate, all asked for at once."""
        points = [Point(model.name, problem.sizes[-1]) for model in problem.candidates]
        return Ranking.from_scores(map(Score.of_measured, problem.measure(points)))


TOY_SELECTOR = SelectorEntry(name="toy", make=ToySelector, summary="loss on the smallest subset")
