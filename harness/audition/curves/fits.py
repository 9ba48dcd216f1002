"""Both laws fitted to somebody's curves, and what they say: parameters with units, quality, predictions."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, get_args

from audition.curves.checks import FLAT, Finding, check_curve
from audition.curves.file import MeasuredCurve
from audition.errors import UsageError
from audition.laws import Fit, FitObjective, RectifiedLaw, VanillaLaw, fit_rectified, fit_vanilla
from audition.text.charts import Axis, Chart, Series

AnyFit = Fit[RectifiedLaw] | Fit[VanillaLaw]

_NEAR = 1000.0  #: a phase transition further away than this factor is an accident of the fit
#: of exponents, in the boxes of the searches; of the rectified law's β, also the first node of its grid
_LIMITS: Mapping[str, tuple[float, ...]] = {"alpha": (0.02, math.exp(6.0)), "beta": (0.005, 0.03, 8.0)}
OBJECTIVES: tuple[FitObjective, ...] = get_args(FitObjective)
EQUATIONS = {"rectified": "L(D) = B / (D_l + D^β) + E", "vanilla": "L(D) = (B / D^β + E)^α"}
UNITS = {  #: by law and field: the letter of the equation, its unit, and what it is
    "rectified": {
        "b": ("B", "loss × examples^β", "how much loss data can remove"),
        "d_l": ("D_l", "examples^β", "pre-learned data size"),
        "beta": ("β", "", "learning difficulty"),
        "e": ("E", "loss", "loss with infinite data"),
    },
    "vanilla": {
        "alpha": ("α", "", ""),
        "beta": ("β", "", ""),
        "b": ("B", "loss^(1/α) × examples^β", ""),
        "e": ("E", "loss^(1/α)", "E^α is the loss with infinite data"),
    },
}


@dataclass(frozen=True, kw_only=True)
class CurveFit:
    """One law fitted to one curve."""

    curve: MeasuredCurve  #: as fitted: without its zero-shot point
    name: str  #: of the law
    objective: FitObjective
    fit: AnyFit

    @cached_property
    def cannot_hold(self) -> str:
        """Return why the law cannot hold of the curve; "" where it may. Either law can only fall."""
        flags = {finding.flag for finding in self.findings}
        if "rises" in flags:
            return "losses do not fall: no law of this form fits"
        if "flat" in flags or self._fall < FLAT:
            return "losses hardly change: no law can be told from a constant"
        if "spikes" not in flags and self._fall < 2 * self.fit.rmsd:
            return "losses fall by less than they scatter: no law can be told from a constant"
        return ""

    @property
    def _fall(self) -> float:
        """Return by how much the law falls over the measured sizes, in log loss."""
        return math.log(self.predict(self.curve.n_samples[0]) / self.predict(self.curve.n_samples[-1]))

    @property
    def at_limit(self) -> tuple[str, ...]:
        """Return the exponents that ended at a limit of what is searched: the points do not determine them."""
        exponents = {name: value for name, value in asdict(self.fit.law).items() if name in _LIMITS}
        return tuple(
            name
            for name, value in exponents.items()
            if any(math.isclose(value, limit, rel_tol=0.01) for limit in _LIMITS[name])
        )

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """Return what is odd about the points; of a size that comes twice, the mean is looked at."""
        points: dict[int, list[float]] = {}
        for size, loss in zip(self.curve.n_samples, self.curve.loss, strict=True):
            points.setdefault(size, []).append(loss)
        return check_curve({size: sum(losses) / len(losses) for size, losses in points.items()})

    @property
    def rmsd(self) -> float | None:
        """Return the fit's deviation of log loss; None where it says nothing: as many parameters as sizes."""
        n_free = len(set(self.curve.n_samples)) - len(UNITS[self.name])
        return None if n_free < 1 or self.cannot_hold else self.fit.rmsd

    @property
    def phase_transition(self) -> float | None:
        """Return the size where the power phase begins, in examples; None: none near what was measured."""
        if self.cannot_hold or not isinstance(self.fit.law, RectifiedLaw):
            return None
        size = self.fit.law.phase_transition()
        first, last = self.curve.n_samples[0] / _NEAR, self.curve.n_samples[-1] * _NEAR
        return size if size is not None and first <= size <= last else None

    def predict(self, n_samples: float) -> float:
        """Return the loss at `n_samples`."""
        return float(self.fit.law.loss(n_samples))

    def extrapolation(self, n_samples: int) -> float:
        """Return how many times larger than the largest measured size `n_samples` is."""
        return n_samples / self.curve.n_samples[-1]

    def to_json(self, at: Sequence[int]) -> dict[str, Any]:
        """Return the fit and its predictions at the sizes `at`."""
        return {
            "law": self.name,
            "equation": EQUATIONS[self.name],
            "objective": self.objective,
            "parameters": None if self.cannot_hold else asdict(self.fit.law),
            "at_limit": None if self.cannot_hold else self.at_limit,
            "units": {field: unit for field, (_, unit, _) in UNITS[self.name].items()},
            "cannot_hold": self.cannot_hold or None,
            "rmsd_log_loss": self.rmsd,
            "objective_value": None if self.cannot_hold else self.fit.objective,
            "phase_transition_n_samples": self.phase_transition,
            "predicted": [
                {
                    "n_samples": size,
                    "loss": None if self.cannot_hold else self.predict(size),
                    "extrapolation_factor": self.extrapolation(size),
                }
                for size in at
            ],
        }


def fit_curve(curve: MeasuredCurve) -> tuple[CurveFit, ...]:
    """Return both laws by both objectives; a zero-shot point is left out, as in the paper.

    Raises:
        UsageError: the curve has fewer than four different sizes above 0.
    """
    trained = curve.trained()
    sizes, losses = trained.n_samples, [trained.loss]
    fits: list[CurveFit] = []
    try:
        for objective in OBJECTIVES:
            (rectified,) = fit_rectified(sizes, losses, objective=objective)
            (vanilla,) = fit_vanilla(sizes, losses, objective=objective)
            for name, fit in (("rectified", rectified), ("vanilla", vanilla)):
                fits.append(CurveFit(curve=trained, name=name, objective=objective, fit=fit))
    except UsageError as error:
        raise UsageError(f"curve {curve.name!r}: {error}") from None
    return tuple(fits)


def chart(fits: Sequence[CurveFit]) -> Chart:
    """Return measured points and fitted laws, log-log; several curves are told apart by colour."""
    curves = list(dict.fromkeys(fit.curve for fit in fits))
    series = [
        Series(name=curve.name if len(curves) > 1 else "measured", x=curve.n_samples, y=curve.loss, colour=number)
        for number, curve in enumerate(curves)
    ]
    for fit in (fit for fit in fits if not fit.cannot_hold):
        sizes = sizes_between(fit.curve.n_samples[0], fit.curve.n_samples[-1])
        number = curves.index(fit.curve)
        series.append(
            Series(
                name=f"{fit.name} law" if len(curves) == 1 else "",
                x=sizes,
                y=[fit.predict(size) for size in sizes],
                mark="line" if fit.name == "rectified" else "dashed",
                colour=number + (fit.name == "vanilla" if len(curves) == 1 else 0),
            )
        )
    title = curves[0].name if len(curves) == 1 else f"{len(curves)} curves: rectified (line) and vanilla law (dashed)"
    return Chart(
        title=title,
        x=Axis(label="training examples", scale="log"),
        y=Axis(label="loss, as in the file", scale="log"),
        series=series,
    )


def sizes_between(first: float, last: float, n_sizes: int = 80) -> list[float]:
    """Return sizes from `first` to `last`, equally far apart on a logarithmic axis."""
    return [first * (last / first) ** (number / (n_sizes - 1)) for number in range(n_sizes)]
