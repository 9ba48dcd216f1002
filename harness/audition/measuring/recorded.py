"""Recorded losses: a selection problem over curves that somebody measured before."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING

from audition.errors import UsageError
from audition.types import Cost, LossCurve, ModelSpec, Observation, Point

if TYPE_CHECKING:
    from collections.abc import Sequence

    from audition.types import Status


class RecordedLosses:
    """Losses by model and size, from curves of one task. Implements `LossSource`; costs count samples only."""

    slots = 0  #: a look-up waits for nothing

    def __init__(self, curves: Sequence[LossCurve]) -> None:
        self.curves = {curve.model: curve for curve in curves}

    def planned(self, point: Point) -> Cost:
        """Return the samples of the point, as the paper counts."""
        return Cost(n_samples=point.n_samples)

    def obtain(self, point: Point) -> Observation:
        """Return the recorded loss; without one, an observation that says so: nothing was lost on the others."""
        curve = self.curves[point.model]
        if point.n_samples not in curve.n_samples:
            return self._without(point, curve.task, "not-recorded", _no_size(point.n_samples))
        loss = curve.loss[curve.n_samples.index(point.n_samples)]
        if not (math.isfinite(loss) and loss > 0):
            return self._without(point, curve.task, "not-finite", f"the recorded loss is {loss}: no positive number")
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

    def _without(self, point: Point, task: str, status: Status, message: str) -> Observation:
        return Observation(
            model=point.model, task=task, n_samples=point.n_samples, status=status, source="recorded", message=message
        )

    def cancel(self) -> None:
        """Do nothing: a look-up is over at once."""


def recorded_sizes(curves: Sequence[LossCurve]) -> tuple[int, ...]:
    """Return the sizes that at least half of the curves have, largest first, or all there are; 0 (zero-shot) left out.

    Raises:
        UsageError: the curves of one task are in different loss units, or hold nothing but zero-shot losses.
    """
    units = {curve.loss_unit for curve in curves}
    if len(units) > 1:
        raise UsageError(f"the recorded curves of {curves[0].task!r} mix loss units: {', '.join(sorted(units))}")
    counts = Counter(size for curve in curves for size in set(curve.n_samples) - {0})
    if not counts:
        raise UsageError(f"the recorded curves of {curves[0].task!r} hold zero-shot losses alone")
    shared = {size for size, count in counts.items() if 2 * count >= len(curves)} or counts.keys()
    return tuple(sorted(shared, reverse=True))


def own_sizes(curves: Sequence[LossCurve], sizes: Sequence[int], cap: int) -> dict[str, tuple[int, ...]]:
    """Return the recorded sizes up to `cap`, largest first, of each model that has others than `sizes`."""
    own = {
        curve.model: tuple(sorted((size for size in curve.n_samples if 0 < size <= cap), reverse=True))
        for curve in curves
    }
    return {model: of_model for model, of_model in own.items() if of_model != tuple(sizes)}


def spec_of(curve: LossCurve) -> ModelSpec:
    """Return the model of a curve that no plugin lists: its name, and nothing else that is known."""
    return ModelSpec(
        name=curve.model,
        family=curve.model,
        adapter="",
        checkpoint="",
        architecture="unknown",
        licence="unknown",
        n_params=None,
    )


def _no_size(size: int) -> str:
    return f"no loss at {size:,} examples was recorded" if size else "no zero-shot loss was recorded"
