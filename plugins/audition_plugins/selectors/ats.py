"""AtS, Accept then Stop: the paper's Algorithm 1, and the variant behind its published tables.

The two differ where the stop never triggers: Algorithm 1 draws its final line through all accepted points, the authors'
own results leave the smallest one out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from audition.errors import UsageError
from audition.laws import LogLogLine
from audition.types import Point, Ranking, Score

if TYPE_CHECKING:
    import numpy as np

    from audition.protocols import SelectionProblem
    from audition.types import Flag, ModelSpec

SIGMA_FLOOR = 1e-12  #: of log loss; an exactly straight line would divide by zero


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptThenStop:
    """Extrapolate the power phase of each curve: go down in size until a point leaves the line, then stop."""

    k: int = 3  #: points accepted before the first test
    delta: float = 5.0  #: stop at a point further than this many residual deviations from the line
    final_line: Literal["all", "published"] = "all"  #: published: without the last accepted point if nothing stopped

    def __post_init__(self) -> None:
        if self.k < 3:
            raise UsageError(f"option 'k' of 'ats' must be at least 3, got {self.k}")
        if not self.delta > 0:
            raise UsageError(f"option 'delta' of 'ats' must be above 0, got {self.delta}")

    @property
    def min_sizes(self) -> int:
        """Return the sizes it takes to test once: k accepted points and a new one."""
        return self.k + 1

    def select(self, problem: SelectionProblem, rng: np.random.Generator) -> Ranking:
        """Rank by the loss predicted at D_full; a size that the algorithm does not reach is never measured."""
        return Ranking.from_scores(problem.for_each(lambda model: self.audition(problem, model)))

    def audition(self, problem: SelectionProblem, model: ModelSpec) -> Score:
        """Return the score of one candidate."""
        sizes: list[int] = []
        losses: list[float] = []
        for size in problem.sizes_of(model.name):
            (observation,) = problem.measure([Point(model.name, size)])
            if observation.loss is None:
                if not losses:
                    return Score(model=model.name, score=None, status=observation.status, notes=(observation.message,))
                break
            if len(sizes) >= self.k and self._stop_index(sizes, losses, size, observation.loss) > self.delta:
                break
            sizes.append(size)
            losses.append(observation.loss)
        else:  # nothing stopped it
            if self.final_line == "published" and len(sizes) > self.k:
                del sizes[-1], losses[-1]
        return self._extrapolate(model, sizes, losses, problem.d_full)

    def _stop_index(self, sizes: list[int], losses: list[float], size: int, loss: float) -> float:
        """Return I_stop: the distance of a new point from the line of the accepted ones, in residual deviations."""
        line = LogLogLine.fit(sizes, losses)
        return abs(math.log(loss) - line.log_loss(size)) / max(line.residual_std, SIGMA_FLOOR)

    def _extrapolate(self, model: ModelSpec, sizes: list[int], losses: list[float], d_full: int) -> Score:
        notes = () if len(sizes) >= self.k else (f"only {len(sizes)} of k = {self.k} points",)
        if len(sizes) < 2:
            return Score(model=model.name, score=-losses[-1], notes=notes)
        predicted = LogLogLine.fit(sizes, losses).loss(d_full)
        flags: tuple[Flag, ...] = ("no-freedom",) if len(sizes) == 2 else ()  # a line has two parameters
        return Score(model=model.name, score=-predicted, predicted_loss=predicted, notes=notes, flags=flags)
