"""An answer from what has been measured, when somebody ended a selection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeGuard

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy as np

    from audition.types import Observation, Point, Ranking
    from audition.types.protocols import SelectionProblem


class Anytime(Protocol):
    """A selector that can rank by whatever has been measured."""

    def so_far(self, problem: SelectionProblem, observations: Iterable[Observation]) -> Ranking:
        """Return every candidate once; those without a measurement have no score."""


def is_anytime(selector: object) -> TypeGuard[Anytime]:
    """Return whether a selector declares that it is one."""
    return callable(getattr(selector, "so_far", None))


@dataclass(frozen=True, slots=True)
class SoFar:
    """Ranks as `selector` does by points that have been measured, and measures nothing. Implements `Selector`."""

    selector: Anytime
    points: Sequence[Point]

    def select(self, problem: SelectionProblem, rng: np.random.Generator) -> Ranking:
        """Return the ranking so far; one point after another, each at what it really cost."""
        names = {model.name for model in problem.candidates}
        return self.selector.so_far(
            problem, [each for point in self.points if point.model in names for each in problem.measure([point])]
        )
