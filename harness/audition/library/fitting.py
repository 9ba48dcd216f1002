"""`audition.fit`: scaling laws fitted to somebody's own loss curves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from audition.curves.file import MeasuredCurve, read_curves
from audition.curves.fits import CurveFit, chart, fit_curve
from audition.laws import FitObjective
from audition.text.charts import Chart
from audition.types.lazy import LazyModule

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = LazyModule("pandas")


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveFits:
    """Both laws by both objectives, of each curve."""

    curves: tuple[MeasuredCurve, ...]
    fits: tuple[tuple[CurveFit, ...], ...]  #: of each curve; a law that cannot hold says so
    at: tuple[int, ...]  #: sizes at which losses are predicted
    objective: FitObjective  #: the one that is shown

    @property
    def shown(self) -> tuple[tuple[CurveFit, ...], ...]:
        """Return the fits by the objective that is shown, of each curve."""
        return tuple(tuple(fit for fit in fits if fit.objective == self.objective) for fits in self.fits)

    def to_json(self) -> list[dict[str, Any]]:
        """Return what `audition fit --json` prints: measured points, every fit, predictions."""
        return [
            {
                "model": curve.name,
                "measured": [
                    {"n_samples": size, "loss": loss} for size, loss in zip(curve.n_samples, curve.loss, strict=True)
                ],
                "fits": [fit.to_json(self.at) for fit in fits],
            }
            for curve, fits in zip(self.curves, self.fits, strict=True)
        ]

    def to_frame(self) -> pd.DataFrame:
        """Return one row a curve and law: parameters (estimated), RMSD of log loss, predicted losses."""
        return pd.DataFrame([_record(fit, self.at) for fits in self.shown for fit in fits])

    def plot(self) -> Chart:
        """Return measured points and fitted laws, log-log."""
        return chart([fit for fits in self.shown for fit in fits])

    def _repr_html_(self) -> str:
        return f"{self.to_frame().to_html(index=False, na_rep='')}{self.plot().to_svg()}"


def fit(
    curve: str | PathLike[str] | Mapping[int, float],
    *,
    at: Sequence[int] = (),
    objective: FitObjective = "least-squares",
) -> CurveFits:
    """Fit the rectified and the vanilla scaling law to loss curves, as `audition fit` does.

    >>> found = fit({200: 3.1, 400: 2.7, 800: 2.4, 1600: 2.2, 3200: 2.05}, at=[25600])
    >>> [round(prediction, 2) for prediction in found.to_frame()["predicted at 25600"]]
    [1.83, 1.84]

    Args:
        curve: CSV file with columns n_samples and loss, and model for several curves; or losses by n_samples.
        at: sizes at which losses are predicted.
        objective: which fit to show; `fits` has both.

    Raises:
        UsageError: the file cannot be read, or a curve has fewer than four different sizes above 0.
    """
    if isinstance(curve, Mapping):
        points = sorted(curve.items())
        sizes, losses = tuple(size for size, _ in points), tuple(loss for _, loss in points)
        curves: tuple[MeasuredCurve, ...] = (MeasuredCurve(name="curve", n_samples=sizes, loss=losses),)
    else:
        curves = read_curves(Path(curve))
    return CurveFits(curves=curves, fits=tuple(fit_curve(each) for each in curves), at=tuple(at), objective=objective)


def _record(fit: CurveFit, at: Sequence[int]) -> dict[str, Any]:
    found = fit.to_json(at)
    return {
        "model": fit.curve.name,
        "law": fit.name,
        **(found["parameters"] or {}),
        "rmsd_log_loss": fit.rmsd,
        **{f"predicted at {each['n_samples']}": each["loss"] for each in found["predicted"]},
        "cannot_hold": fit.cannot_hold,
    }
