"""What the selectors that fit a law to a whole curve share: fit all curves in one batch, extrapolate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from audition.laws import LogLogLine
from audition.types import Ranking, Score
from audition_plugins.selectors._ladders import Measured, measure_ladder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from audition.laws import Fit, RectifiedLaw, VanillaLaw
    from audition.protocols import SelectionProblem
    from audition.types import Flag

MIN_POINTS = 4  #: as many as either law has parameters


class FitCurves(Protocol):
    """Fits one law to curves that were measured at the same sizes."""

    def __call__(
        self, n_samples: tuple[int, ...], losses: list[tuple[float, ...]], models: list[str]
    ) -> Sequence[Fit[RectifiedLaw] | Fit[VanillaLaw]]:
        """Return one fit a curve."""


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
