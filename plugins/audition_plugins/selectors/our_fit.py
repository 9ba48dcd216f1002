"""OurFit: the paper's rectified law, fitted to all points that the budget allows, and extrapolated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from audition.errors import UsageError
from audition.laws import fit_rectified, fit_relaxed
from audition_plugins.selectors._fitted import MIN_POINTS, rank_by_fit

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from audition.laws import Fit, RectifiedLaw
    from audition.protocols import SelectionProblem
    from audition.types import Ranking

FITS = {"published": fit_relaxed, "optimum": fit_rectified}


@dataclass(frozen=True, slots=True, kw_only=True)
class OurFit:
    """Score a model by minus the loss at D_full of the rectified law through D = 0 and every size.

    `published` fits as the paper's experiments did: relaxed, from one start (`audition.laws.fit_relaxed` says what
    of it is known and what was chosen here). `optimum` is the least-squares fit of the same points.
    """

    fit: Literal["published", "optimum"] = "published"

    def __post_init__(self) -> None:
        if self.fit not in FITS:
            raise UsageError(f"option 'fit' of 'our-fit' must be {' or '.join(FITS)}, got {self.fit!r}")

    @property
    def min_sizes(self) -> int:
        """Return the sizes it takes to fit once: the zero-shot loss is a point, too."""
        return MIN_POINTS - 1

    def plan(self, sizes: tuple[int, ...]) -> tuple[int, ...]:
        """Return the sizes it asks for: all, and zero."""
        return (*sizes, 0)

    def select(self, problem: SelectionProblem, rng: np.random.Generator) -> Ranking:
        """Rank by the loss predicted at D_full; all curves are fitted in one batch."""
        return rank_by_fit(problem, self._fit, zero_shot=True)

    def _fit(
        self, n_samples: tuple[int, ...], losses: list[tuple[float, ...]], models: list[str]
    ) -> Sequence[Fit[RectifiedLaw]]:
        return FITS[self.fit](n_samples, losses)
