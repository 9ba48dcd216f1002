"""Recorded losses: a selection problem over curves that somebody measured before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audition.errors import UsageError
from audition.types import Cost, LossCurve, Observation, Point

if TYPE_CHECKING:
    from collections.abc import Sequence


class RecordedLosses:
    """Losses by model and size, from curves of one task. Implements `Losses`; costs count samples only."""

    slots = 1

    def __init__(self, curves: Sequence[LossCurve]) -> None:
        self.curves = {curve.model: curve for curve in curves}

    def planned(self, point: Point) -> Cost:
        """Return the samples of the point, as the paper counts."""
        return Cost(n_samples=point.n_samples)

    def obtain(self, point: Point) -> Observation:
        """Return the recorded loss.

        Raises:
            UsageError: the curve has no such size (a zero-shot loss may not have been recorded).
        """
        curve = self.curves[point.model]
        if point.n_samples not in curve.n_samples:
            raise UsageError(f"the recorded curve of {point.model!r} on {curve.task!r} has no size {point.n_samples}")
        loss = curve.loss[curve.n_samples.index(point.n_samples)]
        return Observation(
            model=point.model,
            task=curve.task,
            n_samples=point.n_samples,
            loss=loss,
            loss_per_token=loss if curve.loss_unit == "nats/token" else None,
            loss_per_byte=loss if curve.loss_unit == "nats/byte" else None,
            cost=self.planned(point),
            source="recorded",
        )

    def cancel(self) -> None:
        """Do nothing: a look-up is over at once."""


def recorded_sizes(curves: Sequence[LossCurve]) -> tuple[int, ...]:
    """Return the sizes that every curve has, largest first; 0 (zero-shot) left out.

    Raises:
        UsageError: the curves of one task are in different loss units, or share no size.
    """
    units = {curve.loss_unit for curve in curves}
    if len(units) > 1:
        raise UsageError(f"the recorded curves of {curves[0].task!r} mix loss units: {', '.join(sorted(units))}")
    shared = set.intersection(*(set(curve.n_samples) for curve in curves)) - {0}
    if not shared:
        raise UsageError(f"the recorded curves of {curves[0].task!r} have no size in common")
    return tuple(sorted(shared, reverse=True))
