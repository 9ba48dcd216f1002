"""Fit both laws to many loss curves at once, globally: a grid, then Levenberg–Marquardt from its best nodes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from audition.errors import UsageError
from audition.laws.rectified import RectifiedLaw
from audition.laws.search import rectified as _rectified_search
from audition.laws.search import vanilla as _vanilla_search
from audition.laws.search.descent import FitObjective, descend, routes
from audition.laws.search.levenberg import Objective
from audition.laws.search.rectified import RectifiedCurve
from audition.laws.search.vanilla import VanillaCurve
from audition.laws.vanilla import VanillaLaw

Array = NDArray[np.float64]

Law = TypeVar("Law", RectifiedLaw, VanillaLaw)

N_PARAMETERS = 4  #: of either law, and so the fewest sizes that determine one
CHUNK = 1024  #: curves fitted at once: keeps memory to about 100 MB
N_STARTS = 2  #: grid nodes that are descended from with a squared loss
N_HUBER_STARTS = 8  #: and with a Huber loss, whose valleys are narrower
NEGLIGIBLE = 1e-12  #: an E below this part of the smallest loss, a D_l below it of the smallest D^β, is reported as 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit(Generic[Law]):
    """A law fitted to one curve."""

    law: Law
    rmsd: float  #: root mean squared residual of log loss
    objective: float  #: Σ over points of r²/2 (least squares), or of Huber's loss of r; r = residual of log loss


def fit_rectified(
    n_samples: ArrayLike, losses: ArrayLike, *, objective: FitObjective = "least-squares", delta: float = 0.001
) -> tuple[Fit[RectifiedLaw], ...]:
    """Return the rectified law of each curve.

    Args:
        n_samples: shape (n,), n ≥ 4; 0 is allowed, where the law is B/D_l + E.
        losses: shape (m, n), positive.
        objective: of the residuals of log loss; what the paper's Table 3 shows for this law is least squares.
        delta: of Huber's loss.

    Raises:
        UsageError: a loss or size is not a number of its range, or there are fewer than four different sizes.
    """
    sizes, curves = checked(n_samples, losses, law="rectified", is_zero_allowed=True)
    fits: list[Fit[RectifiedLaw]] = []
    for chunk in _chunks(curves):
        scale = np.exp(np.log(chunk).mean(axis=1, keepdims=True))
        scaled = chunk / scale
        curve = RectifiedCurve(sizes)
        start = _rectified_search.starts(sizes, scaled, _n_starts(objective))
        found, values = descend(curve, start, np.log(scaled), _rectified_search.BOX, routes(objective, delta))
        smallest = float(sizes[sizes > 0].min())
        laws = [_rectified(*row, smallest) for row in zip(found, scale[:, 0], chunk.min(axis=1), strict=True)]
        fits += _fits(laws, curve(found)[0] - np.log(scaled), values)
    return tuple(fits)


def fit_vanilla(
    n_samples: ArrayLike, losses: ArrayLike, *, objective: FitObjective = "least-squares", delta: float = 0.001
) -> tuple[Fit[VanillaLaw], ...]:
    """Return the vanilla law of each curve.

    Args:
        n_samples: shape (n,), n ≥ 4, positive: at 0 the law is infinite.
        losses: shape (m, n), positive.
        objective: of the residuals of log loss; what the paper's Table 3 shows for this law is Huber.
        delta: of Huber's loss.

    Raises:
        UsageError: a loss or size is not a number of its range, or there are fewer than four different sizes.
    """
    sizes, curves = checked(n_samples, losses, law="vanilla", is_zero_allowed=False)
    fits: list[Fit[VanillaLaw]] = []
    for chunk in _chunks(curves):
        starts = _vanilla_search.starts(sizes, chunk, _n_starts(objective))
        fits += _descend_vanilla(sizes, chunk, starts, routes(objective, delta))
    return tuple(fits)


def fit_vanilla_at_random(
    n_samples: ArrayLike,
    losses: ArrayLike,
    rngs: Sequence[np.random.Generator],
    *,
    n_starts: int = 10,
    delta: float = 0.001,
) -> tuple[Fit[VanillaLaw], ...]:
    """Return the vanilla law of each curve by Huber's loss from random starts, as the paper's VanillaFit does it.

    Args:
        n_samples: shape (n,), n ≥ 4, positive.
        losses: shape (m, n), positive.
        rngs: one a curve, so that a curve's fit does not depend on the others.
        n_starts: of each curve; the best of their ends is taken.
        delta: of Huber's loss.

    Raises:
        UsageError: a loss or size is not a number of its range, there are fewer than four different sizes, or not as
            many generators as curves.
    """
    sizes, curves = checked(n_samples, losses, law="vanilla", is_zero_allowed=False)
    if len(rngs) != len(curves):
        raise UsageError(f"random starts take one generator a curve, got {len(rngs)} for {len(curves)}")
    starts = np.array([_vanilla_search.random_starts(rng, n_starts) for rng in rngs])
    straight = routes("huber", delta)[:1]
    return tuple(
        fit
        for chunk, begun in zip(_chunks(curves), _chunks(starts), strict=True)
        for fit in _descend_vanilla(sizes, chunk, begun, straight)
    )


def checked(n_samples: ArrayLike, losses: ArrayLike, *, law: str, is_zero_allowed: bool) -> tuple[Array, Array]:
    """Return both as arrays of floats, shapes (n,) and (m, n), or raise UsageError."""
    sizes, curves = np.asarray(n_samples, dtype=np.float64), np.asarray(losses, dtype=np.float64)
    if sizes.ndim != 1 or curves.ndim != 2 or curves.shape[1] != len(sizes):
        raise UsageError(
            f"a fit takes sizes of shape (n,) and losses of shape (m, n), got {sizes.shape} and {curves.shape}"
        )
    if not (np.isfinite(sizes) & ((sizes > 0) | ((sizes == 0) & is_zero_allowed))).all():
        rule = "0 or more" if is_zero_allowed else "above 0"
        raise UsageError(f"a size that a {law} law is fitted to must be {rule} and finite, got {sizes.tolist()}")
    wrong = ~(np.isfinite(curves) & (curves > 0))
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        raise UsageError(
            f"a loss must be positive and finite, got {curves[row, column]} at size {sizes[column]:g} of curve {row}"
        )
    n_sizes = len(np.unique(sizes))
    if n_sizes < N_PARAMETERS:
        raise UsageError(f"a {law} law has {N_PARAMETERS} parameters and needs as many different sizes, got {n_sizes}")
    return sizes, curves


def _chunks(curves: Array) -> Iterator[Array]:
    for first in range(0, len(curves), CHUNK):
        yield curves[first : first + CHUNK]


def _n_starts(objective: FitObjective) -> int:
    return N_STARTS if objective == "least-squares" else N_HUBER_STARTS


def _descend_vanilla(
    sizes: Array, losses: Array, starts: Array, ways: tuple[tuple[Objective, ...], ...]
) -> list[Fit[VanillaLaw]]:
    curve = VanillaCurve(sizes)
    found, values = descend(curve, starts, np.log(losses), _vanilla_search.BOX, ways)
    return _fits([_vanilla(row) for row in found], curve(found)[0] - np.log(losses), values)


def _fits(laws: list[Law], residuals: Array, values: Array) -> list[Fit[Law]]:
    rmsd = np.sqrt((residuals**2).mean(axis=1))
    return [
        Fit(law=law, rmsd=float(r), objective=float(value)) for law, r, value in zip(laws, rmsd, values, strict=True)
    ]


def _rectified(row: Array, scale: float, smallest_loss: float, smallest_size: float) -> RectifiedLaw:
    """Return the law; what is too small to matter at any size is 0, so that it is seen to lack that part."""
    log_c, log_e, log_beta, tau = (float(value) for value in row)
    beta, scale = math.exp(log_beta), float(scale)
    d_l, e = math.exp(beta * tau), scale * math.exp(log_e)
    return RectifiedLaw(
        b=scale * math.exp(log_c + beta * tau),
        d_l=d_l if d_l > NEGLIGIBLE * smallest_size**beta else 0.0,
        beta=beta,
        e=e if e > NEGLIGIBLE * smallest_loss else 0.0,
    )


def _vanilla(row: Array) -> VanillaLaw:
    log_alpha, log_beta, log_r, c = (float(value) for value in row)
    alpha = math.exp(log_alpha)
    b = math.exp(c / alpha)
    return VanillaLaw(alpha=alpha, beta=math.exp(log_beta), b=b, e=b * math.exp(log_r))
