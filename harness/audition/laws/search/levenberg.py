"""Levenberg–Marquardt for many small problems at once, inside a box, with a squared or a Huber loss."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

FIRST_DAMPING = 1.0  #: cautious: a wild first step lets the last bit of a loss decide which valley it ends in
SMALLEST_DAMPING, LARGEST_DAMPING = 1e-12, 1e12
LONGEST_STEP = 3.0  #: of any parameter, all of which are logs or of their order
IDLE_ITERATIONS = 6  #: a problem is finished after so many without a relative gain of IDLE_GAIN
IDLE_GAIN = 1e-12
N_ITERATIONS = 300  #: at most, unless a caller knows better


class LogCurve(Protocol):
    """A law in parameters that suit optimisation."""

    def __call__(self, parameters: Array) -> tuple[Array, Array]:
        """Return log losses, shape (m, n), and their derivatives, shape (m, n, p), for parameters (m, p)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Objective:
    """Σ ρ(r) over the log residuals of a curve: r²/2, or beyond |r| = `delta` the line that continues it."""

    delta: float | None  #: None: least squares

    def value(self, residuals: Array) -> Array:
        """Return Σ ρ(r), shape (m,), for residuals of shape (m, n)."""
        if self.delta is None:
            return np.asarray(0.5 * (residuals**2).sum(axis=1))
        size = np.abs(residuals)
        inner = np.minimum(size, self.delta)
        return np.asarray((inner * (size - 0.5 * inner)).sum(axis=1))

    def weights(self, residuals: Array) -> Array | None:
        """Return ρ'(r)/r, in the shape of the residuals; None: all are 1."""
        if self.delta is None:
            return None
        return self.delta / np.maximum(np.abs(residuals), self.delta)


def minimise(
    curve: LogCurve,
    start: Array,
    log_losses: Array,
    *,
    box: Array,
    objective: Objective,
    n_iterations: int = N_ITERATIONS,
) -> tuple[Array, Array]:
    """Return the parameters that `start`, shape (m, p), descends to, and their objective, shape (m,).

    `log_losses` has shape (m, n); `box` holds the lowest and the highest value of each parameter, shape (2, p).
    """
    best = np.clip(start, *box)
    predicted, slopes = curve(best)
    residuals = predicted - log_losses
    value = objective.value(residuals)
    damping = np.full(len(best), FIRST_DAMPING)
    idle = np.zeros(len(best), dtype=np.int64)
    rows = np.arange(len(best))  # still moving
    for _ in range(n_iterations):
        at = best[rows]
        trial = np.clip(at + _step(residuals, slopes, objective, damping[rows], at, box), *box)
        predicted, new_slopes = curve(trial)
        new_residuals = predicted - log_losses[rows]
        new_value = objective.value(new_residuals)
        gain = value[rows] - new_value
        won = gain > 0
        idle[rows] = np.where(gain > IDLE_GAIN * value[rows], 0, idle[rows] + 1)
        damping[rows] = np.clip(np.where(won, damping[rows] / 5, damping[rows] * 4), SMALLEST_DAMPING, LARGEST_DAMPING)
        best[rows[won]], value[rows[won]] = trial[won], new_value[won]
        residuals[won], slopes[won] = new_residuals[won], new_slopes[won]
        moving = idle[rows] < IDLE_ITERATIONS
        if not moving.all():
            rows, residuals, slopes = rows[moving], residuals[moving], slopes[moving]
        if not rows.size:
            break
    return best, value


def _step(residuals: Array, slopes: Array, objective: Objective, damping: Array, at: Array, box: Array) -> Array:
    """Return the damped Gauss–Newton step, shape (m, p); parameters held by their bounds do not move."""
    weights = objective.weights(residuals)
    weighted = slopes if weights is None else slopes * weights[:, :, None]
    gradient = (weighted.transpose(0, 2, 1) @ residuals[:, :, None])[:, :, 0]
    hessian = weighted.transpose(0, 2, 1) @ slopes
    held = ((at <= box[0]) & (gradient > 0)) | ((at >= box[1]) & (gradient < 0))
    gradient[held] = 0.0
    hessian[held[:, :, None] | held[:, None, :]] = 0.0
    diagonal = np.einsum("mpp->mp", hessian)  # a view
    diagonal += damping[:, None] * diagonal + 1e-14 + held
    step = -np.linalg.solve(hessian, gradient[:, :, None])[:, :, 0]
    return np.clip(step, -LONGEST_STEP, LONGEST_STEP)
