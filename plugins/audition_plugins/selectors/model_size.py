"""ModelSize: the more parameters the better."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from audition.types import ModelSpec, Ranking, Score

if TYPE_CHECKING:
    import numpy as np

    from audition.protocols import SelectionProblem


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSize:
    """Score a model by the log of its number of parameters. Measures nothing."""

    def plan(self, sizes: tuple[int, ...]) -> tuple[int, ...]:
        """Return the sizes it asks for: none."""
        return ()

    def select(self, problem: SelectionProblem, rng: np.random.Generator) -> Ranking:
        """Rank by size; on recorded curves by the counts that the paper's experiments used."""
        return Ranking.from_scores(_score(model) for model in problem.candidates)


def _score(model: ModelSpec) -> Score:
    if model.n_params is None:
        return Score(model=model.name, score=None, notes=("number of parameters unknown",))
    return Score(model=model.name, score=math.log(model.n_params))
