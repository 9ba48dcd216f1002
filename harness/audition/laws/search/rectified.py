"""Fitting the rectified law: L = E + C·s(x) with s(x) = 1 / (1 + exp(β(x − τ))), x = log D, C = B/D_l, D_l = exp(βτ).

Without data s is 1, so E + C is the zero-shot loss; τ is the log of a size. All parameters are of order ten.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

NO_PRE_LEARNED = -400.0  #: τ of a law with D_l = 0, a power law with an offset, relative to the first log size
BOX = np.array(  #: of log C, log E, log β, τ; far down in τ, C is as large as D_l is small
    [[-40.0, -40.0, np.log(0.005), 1.25 * NO_PRE_LEARNED], [4000.0, 10.0, np.log(8.0), 40.0]]
)
N_BETA, N_TAU = 26, 36  #: nodes of the grid
SMALLEST_SHARE = 0.01  #: of E in the smallest loss, at the start: from E = 0 the way up in log E is too flat


@dataclass(frozen=True, slots=True)
class RectifiedCurve:
    """Log losses of the rectified law at fixed sizes. Implements `LogCurve`."""

    n_samples: Array  #: shape (n,); may hold 0

    def __call__(self, parameters: Array) -> tuple[Array, Array]:
        """Return log losses and derivatives in (log C, log E, log β, τ)."""
        log_c, log_e, log_beta, tau = parameters.T[:, :, None]
        is_zero = self.n_samples == 0
        x = np.log(np.where(is_zero, 1.0, self.n_samples))
        beta = np.exp(log_beta)
        log_z = np.where(is_zero, -np.inf, beta * (x - tau))
        log_loss, share, rest = log_loss_at(log_c, log_e, log_z)
        slopes = np.empty((*log_loss.shape, 4))
        slopes[:, :, 0] = share
        slopes[:, :, 1] = 1.0 - share
        slopes[:, :, 2] = -share * rest * np.where(is_zero, 0.0, log_z)
        slopes[:, :, 3] = share * rest * beta
        return log_loss, slopes


def log_loss_at(log_c: Array, log_e: Array, log_z: Array) -> tuple[Array, Array, Array]:
    """Return the log of E + C/(1 + z), the share of its second term, and 1 − s = z/(1 + z); z may be 0."""
    ease = np.exp(-np.abs(log_z))
    log_s = np.minimum(-log_z, 0.0) - np.log1p(ease)
    rest = np.where(log_z > 0, 1.0, ease) / (1.0 + ease)
    log_loss = np.logaddexp(log_e, log_c + log_s)
    return log_loss, np.exp(log_c + log_s - log_loss), rest


def starts(n_samples: Array, losses: Array, n_starts: int) -> Array:
    """Return the best `n_starts` nodes of a grid over (β, τ), shape (m, n_starts, 4), each of another β.

    At a node the law is linear in C and E. Weights 1/L² turn absolute residuals into relative ones, which are log
    residuals to first order; both unknowns then have closed forms, for all curves and nodes in four products.
    """
    x = np.log(n_samples[n_samples > 0])
    log_beta = np.linspace(np.log(0.03), np.log(3.0), N_BETA)
    tau = np.array([x.min() + NO_PRE_LEARNED, *np.linspace(x.min() - 8.0, x.max() + 4.0, N_TAU - 1)])
    shape, log_top = _shapes(n_samples, log_beta, tau)
    c, e, cost = _linear_fits(losses, shape)
    cost = cost.reshape(-1, N_BETA, N_TAU)
    best_tau = cost.argmin(axis=2)
    best_beta = np.argsort(np.take_along_axis(cost, best_tau[:, :, None], axis=2)[:, :, 0], axis=1)[:, :n_starts]
    node = best_beta * N_TAU + np.take_along_axis(best_tau, best_beta, axis=1)
    c, e = np.take_along_axis(c, node, axis=1), np.take_along_axis(e, node, axis=1)
    e = np.maximum(e, SMALLEST_SHARE * losses.min(axis=1, keepdims=True))
    with np.errstate(divide="ignore"):  # a curve that does not fall has C = 0; the box lifts it
        log_c = np.log(c) - log_top[node]
    return np.stack([log_c, np.log(e), log_beta[best_beta], tau[node % N_TAU]], axis=2)


def _shapes(n_samples: Array, log_beta: Array, tau: Array) -> tuple[Array, Array]:
    """Return s at every node and size over its largest value, shape (nodes, n), and the log of that, (nodes,)."""
    beta = np.exp(np.repeat(log_beta, len(tau)))[:, None]
    with np.errstate(divide="ignore"):
        z = beta * (np.log(n_samples)[None, :] - np.tile(tau, len(log_beta))[:, None])
    log_s = -np.logaddexp(0.0, z)
    log_top = log_s.max(axis=1)
    return np.exp(log_s - log_top[:, None]), log_top


def _linear_fits(losses: Array, shape: Array) -> tuple[Array, Array, Array]:
    """Return C, E and the weighted sum of squares at every node, shape (m, nodes) each; C and E are not negative."""
    w = 1.0 / losses
    s_ss, s_s, r_s = w**2 @ (shape**2).T, w**2 @ shape.T, w @ shape.T
    s_1, r_1 = (w**2).sum(axis=1, keepdims=True), w.sum(axis=1, keepdims=True)
    determinant = np.maximum(s_ss * s_1 - s_s**2, 1e-12 * s_ss * s_1)
    c = (r_s * s_1 - r_1 * s_s) / determinant
    e = (r_1 - c * s_s) / s_1
    falls_short = e < 0
    c = np.where(falls_short, r_s / s_ss, c)
    rises = c <= 0
    c = np.where(rises, 0.0, c)
    e = np.where(rises, r_1 / s_1, np.where(falls_short, 0.0, e))
    return c, e, losses.shape[1] - (c * r_s + e * r_1)
