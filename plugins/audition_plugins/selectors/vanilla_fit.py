"""VanillaFit: the vanilla scaling law, fitted to all sizes that the budget allows, and extrapolated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from audition.laws import fit_vanilla_at_random
from audition_plugins.selectors._fitted import MIN_POINTS, rank_by_fit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from audition.laws import Fit, VanillaLaw
    from audition.protocols import SelectionProblem
    from audition.types import Ranking


@dataclass(frozen=True, slots=True, kw_only=True)
class VanillaFit:
    """Score a model by minus the loss at D_full of the vanilla law: Huber's loss, the best of ten random starts.

    The published experiments drew their starts without a seed, so their numbers cannot be met one by one.
    """

    @property
    def min_sizes(self) -> int:
        """Return the sizes it takes to fit once."""
        return MIN_POINTS

    def select(self, problem: SelectionProblem, rng: np.random.Generator) -> Ranking:
        """Rank by the loss predicted at D_full; a candidate's starts depend on `rng` and its name alone."""
        seed = int(rng.integers(2**32))

        def fit(
            n_samples: tuple[int, ...], losses: list[tuple[float, ...]], models: list[str]
        ) -> Sequence[Fit[VanillaLaw]]:
            rngs = [np.random.default_rng([seed, *model.encode()]) for model in models]
            return fit_vanilla_at_random(n_samples, losses, rngs)

        return rank_by_fit(problem, fit, zero_shot=False)
