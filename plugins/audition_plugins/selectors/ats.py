"""AtS, Accept then Stop: the paper's Algorithm 1, and the variant behind its published tables.

The two differ where the stop never triggers: Algorithm 1 draws its final line through all accepted points, the authors'
own results leave the smallest one out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from audition.errors import UsageError
from audition.laws import PowerPhase
from audition.types import Point, Ranking, Score

if TYPE_CHECKING:
    import numpy as np

    from audition.protocols import SelectionProblem
    from audition.types import Flag, ModelSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptThenStop:
    """Extrapolate the power phase of each curve: go down in size until a point leaves the line, then stop."""

    k: int = 3  #: points accepted before the first test
    delta: float = 5.0  #: stop at a point further than this many residual deviations from the line
    final_line: Literal["all", "published"] = "all"  #: published: without the last accepted point if nothing stopped

    stops_early: ClassVar[bool] = True

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
        phase = PowerPhase(k=self.k, delta=self.delta)
        for size in problem.sizes_of(model.name):
            (observation,) = problem.measure([Point(model.name, size)])
            if observation.loss is None:
                if not phase.loss:
                    return Score(model=model.name, score=None, status=observation.status, notes=(observation.message,))
                break
            if not phase.accepts(size, observation.loss):
                break
        else:  # nothing stopped it
            if self.final_line == "published" and len(phase.loss) > self.k:
                del phase.n_samples[-1], phase.loss[-1]
        return self._extrapolate(model, phase, problem.d_full)

    def _extrapolate(self, model: ModelSpec, phase: PowerPhase, d_full: int) -> Score:
        n_points = len(phase.loss)
        notes = () if n_points >= self.k else (f"only {n_points} of k = {self.k} points",)
        if n_points < 2:
            return Score(model=model.name, score=-phase.loss[-1], notes=notes)
        predicted = phase.line().loss(d_full)
        flags: tuple[Flag, ...] = ("no-freedom",) if n_points == 2 else ()  # a line has two parameters
        return Score(model=model.name, score=-predicted, predicted_loss=predicted, notes=notes, flags=flags)
