"""One candidate's measurements, as far down in size as they go."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from audition.curves import check_curve
from audition.types import Point

if TYPE_CHECKING:
    from audition.protocols import SelectionProblem
    from audition.types import ModelSpec, Observation


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What could be measured of one candidate."""

    model: str
    n_samples: tuple[int, ...]  #: largest first; 0, where it was wanted, last
    loss: tuple[float, ...]  #: of the same shape
    failure: Observation | None  #: what ended the ladder

    @cached_property
    def rises(self) -> bool:
        """Return whether losses do not fall with more data: either law can only fall."""
        points = dict(zip(self.n_samples, self.loss, strict=True))
        return any(finding.flag == "rises" for finding in check_curve(points))


def measure_ladder(problem: SelectionProblem, model: ModelSpec, *, zero_shot: bool) -> Measured:
    """Measure from the largest size down; a failed measurement ends the ladder there."""
    sizes: list[int] = []
    losses: list[float] = []
    failure = None
    for size in (*problem.sizes_of(model.name), *((0,) if zero_shot else ())):
        (observation,) = problem.measure([Point(model.name, size)])
        if observation.loss is None:
            failure = observation
            break
        sizes.append(size)
        losses.append(observation.loss)
    return Measured(model=model.name, n_samples=tuple(sizes), loss=tuple(losses), failure=failure)
