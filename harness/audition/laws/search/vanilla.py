"""Fitting the vanilla law: log L = α log(D^−β + r) + c with r = E/B and c = α log B."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

SMALLEST_ALPHA, LARGEST_C = 0.02, 13.0  #: so that B = exp(c/α) stays a float
BOX = np.array(  #: of log α, log β, log r, c
    [[np.log(SMALLEST_ALPHA), np.log(0.005), -60.0, -LARGEST_C], [6.0, np.log(8.0), 10.0, LARGEST_C]]
)
RANDOM_RANGE = np.array([[-3.0, -3.0, -12.0, -1.0], [2.5, 1.5, 1.5, 3.0]])
N_BETA, N_R = 24, 24  #: nodes of the grid


@dataclass(frozen=True, slots=True)
class VanillaCurve:
    """Log losses of the vanilla law at fixed sizes. Implements `LogCurve`."""

    n_samples: Array  #: shape (n,), positive

    def __call__(self, parameters: Array) -> tuple[Array, Array]:
        """Return log losses and derivatives in (log α, log β, log r, c)."""
        log_alpha, log_beta, log_r, c = parameters.T[:, :, None]
        alpha, fall = np.exp(log_alpha), np.exp(log_beta) * np.log(self.n_samples)
        log_sum = np.logaddexp(-fall, log_r)
        share = np.exp(-fall - log_sum)
        slopes = np.empty((*log_sum.shape, 4))
        slopes[:, :, 0] = alpha * log_sum
        slopes[:, :, 1] = -alpha * share * fall
        slopes[:, :, 2] = alpha * (1.0 - share)
        slopes[:, :, 3] = 1.0
        return alpha * log_sum + c, slopes


def starts(n_samples: Array, losses: Array, n_starts: int) -> Array:
    """Return the best `n_starts` nodes of a grid over (β, r), shape (m, n_starts, 4), each of another β.

    At a node the log of the law is linear in α and c: a simple regression.
    """
    log_beta = np.linspace(np.log(0.01), np.log(5.0), N_BETA)
    top, bottom = -np.exp(log_beta) * np.log(n_samples.min()), -np.exp(log_beta) * np.log(n_samples.max())
    log_r = np.linspace(bottom - 6.0, top + 4.0, N_R).T  # (N_BETA, N_R): from far below D^−β to far above
    fall = np.exp(log_beta)[:, None] * np.log(n_samples)
    log_sum = np.logaddexp(-fall[:, None, :], log_r[:, :, None]).reshape(N_BETA * N_R, -1)
    alpha, c, cost = _regressions(np.log(losses), log_sum)
    cost = cost.reshape(-1, N_BETA, N_R)
    best_r = cost.argmin(axis=2)
    best_beta = np.argsort(np.take_along_axis(cost, best_r[:, :, None], axis=2)[:, :, 0], axis=1)[:, :n_starts]
    node = best_beta * N_R + np.take_along_axis(best_r, best_beta, axis=1)
    alpha, c = np.take_along_axis(alpha, node, axis=1), np.take_along_axis(c, node, axis=1)
    return np.stack([np.log(alpha), log_beta[best_beta], log_r.ravel()[node], c], axis=2)


def random_starts(rng: np.random.Generator, n_starts: int) -> Array:
    """Return starts, shape (n_starts, 4), uniform in the part of the box where losses of a few nats have their fits."""
    return rng.uniform(RANDOM_RANGE[0], RANDOM_RANGE[1], size=(n_starts, 4))


def _regressions(log_losses: Array, log_sum: Array) -> tuple[Array, Array, Array]:
    """Return slope, intercept and sum of squares at every node, shape (m, nodes) each; the slope is kept in its box."""
    x = log_sum - log_sum.mean(axis=1, keepdims=True)
    y = log_losses - log_losses.mean(axis=1, keepdims=True)
    s_xx, s_xy = np.maximum((x**2).sum(axis=1), 1e-300), y @ x.T
    alpha = np.clip(s_xy / s_xx, SMALLEST_ALPHA, np.exp(BOX[1, 0]))
    c = log_losses.mean(axis=1, keepdims=True) - alpha * log_sum.mean(axis=1)
    return alpha, c, (y**2).sum(axis=1, keepdims=True) - 2 * alpha * s_xy + alpha**2 * s_xx
