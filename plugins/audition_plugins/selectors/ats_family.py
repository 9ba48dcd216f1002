"""AtS-Family: AtS among the largest model of each family only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from audition.types import ModelSpec, Ranking, Score
from audition_plugins.selectors.ats import AcceptThenStop

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from audition.protocols import SelectionProblem


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyAcceptThenStop(AcceptThenStop):
    """Trust that the largest of a family is its best: only that one is auditioned, the others are not scored."""

    def select(self, problem: SelectionProblem, rng: np.random.Generator) -> Ranking:
        """Rank the largest of each family by its predicted loss; all others last, without a score."""
        largest = largest_of_families(problem.candidates)

        def score(model: ModelSpec) -> Score:
            if model.name in largest:
                return self.audition(problem, model)
            return Score(model=model.name, score=None, notes=(f"not the largest of family {model.family!r}",))

        return Ranking.from_scores(problem.for_each(score))


def largest_of_families(models: Sequence[ModelSpec]) -> frozenset[str]:
    """Return the name of the largest model of each family; of equals the first by name, of unknown sizes likewise."""
    largest: dict[str, ModelSpec] = {}
    for model in sorted(models, key=lambda model: (-(model.n_params or 0), model.name)):
        largest.setdefault(model.family, model)
    return frozenset(model.name for model in largest.values())
