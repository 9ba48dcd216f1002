"""What the selectors that fit a law to a whole curve share: measure, fit all curves in one batch, extrapolate."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from audition.curves import check_curve
from audition.laws import LogLogLine
from audition.types import Point, Ranking, Score

if TYPE_CHECKING:
    from collections.abc import Sequence

    from audition.laws import Fit, RectifiedLaw, VanillaLaw
    from audition.protocols import SelectionProblem
    from audition.types import Flag, ModelSpec, Observation

MIN_POINTS = 4  #: as many as either law has parameters


class FitCurves(Protocol):
    """Fits one law to curves that were measured at the same sizes."""

    def __call__(
        self, n_samples: tuple[int, ...], losses: list[tuple[float, ...]], models: list[str]
    ) -> Sequence[Fit[RectifiedLaw] | Fit[VanillaLaw]]:
        """Return one fit a curve."""


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


def rank_by_fit(problem: SelectionProblem, fit: FitCurves, *, zero_shot: bool) -> Ranking:
    """Rank by the loss at D_full that `fit` predicts from everything the budget allows."""
    curves = problem.for_each(lambda model: measure_ladder(problem, model, zero_shot=zero_shot))
    predicted = _predict(curves, fit, problem.d_full)
    return Ranking.from_scores(_score(curve, predicted.get(curve.model), problem.d_full) for curve in curves)


def _predict(curves: Sequence[Measured], fit: FitCurves, d_full: int) -> dict[str, float]:
    """Return the predictions by model; sorted, because the last bits of a batch depend on its order.

    Losses that do not fall are not extrapolated: the best fit is a law that hardly falls, below what was measured last.
    """
    batches: dict[tuple[int, ...], list[Measured]] = {}
    for curve in sorted(curves, key=lambda curve: curve.model):
        if len(curve.n_samples) >= MIN_POINTS and not curve.rises:
            batches.setdefault(curve.n_samples, []).append(curve)
    return {
        curve.model: float(fitted.law.loss(d_full))
        for sizes, batch in batches.items()
        for curve, fitted in zip(
            batch, fit(sizes, [curve.loss for curve in batch], [curve.model for curve in batch]), strict=True
        )
    }


def _score(curve: Measured, predicted: float | None, d_full: int) -> Score:
    if predicted is not None:
        flags: tuple[Flag, ...] = ("no-freedom",) if len(curve.n_samples) == MIN_POINTS else ()
        return Score(model=curve.model, score=-predicted, predicted_loss=predicted, flags=flags)
    if curve.failure is not None and not curve.loss:
        return Score(model=curve.model, score=None, status=curve.failure.status, notes=(curve.failure.message,))
    if curve.rises:
        note = f"not extrapolated: its loss at {curve.n_samples[0]:,} as it is, since no law that falls fits"
        return Score(model=curve.model, score=-curve.loss[0], notes=(note,))
    return _from_few(curve, d_full)


def _from_few(curve: Measured, d_full: int) -> Score:
    """Return the score of a curve too short to fit: by the line through its points, or by the one loss it has."""
    sizes = [size for size in curve.n_samples if size]
    note = f"only {len(curve.n_samples)} of the {MIN_POINTS} points that a law takes"
    if len(sizes) < 2:
        return Score(model=curve.model, score=-curve.loss[0], notes=(f"{note}: its loss as it is",))
    predicted = LogLogLine.fit(sizes, curve.loss[: len(sizes)]).loss(d_full)
    notes = (f"{note}: a straight line through {len(sizes)}",)
    flags: tuple[Flag, ...] = ("no-freedom",) if len(sizes) == 2 else ()  # a line has two parameters
    return Score(model=curve.model, score=-predicted, predicted_loss=predicted, notes=notes, flags=flags)
