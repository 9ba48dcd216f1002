"""The curve bank: a curve is predicted by the synthetic ones that agree with it so far.

A bank is some thousands of curves drawn from a broad prior over shapes: a power law that sets in at some size and ends
at a floor. Each predicts where a candidate will end, and is weighted by how well it explains what was measured, up to a
random walk per doubling and a noise of measuring. The mean of these predictions is the candidate's; their spread tells
how sure it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from audition.prediction.arrays import Array, Curves, Forecast

SHARP_NOISES = (0.004, 0.008, 0.016)  #: standard deviations of a measured log loss: for the best mean
WIDE_NOISES = (0.008, 0.016, 0.032)  #: for an honest spread
REFERENCE_SIZE = 200.0  #: examples at which every drawn curve is 1
CHUNK = 128  #: candidates weighted at once: 25 MB a noise


@dataclass(frozen=True)
class CurveBank:
    """Drawn curves L(D) = r + (1 − r) / (1 + (D/τ)^β), up to a factor."""

    n_draws: int = 8000
    seed: int = 0

    @cached_property
    def _shape(self) -> tuple[Array, Array, Array]:
        """Return exponents β, logs of the sizes τ where the power law sets in, and floors r, shape (n_draws,) each."""
        rng = np.random.default_rng(self.seed)
        beta = np.exp(rng.normal(np.log(0.3), 0.7, self.n_draws))
        onset = rng.normal(np.log(5000.0), 3.5, self.n_draws)
        floor = 1.0 / (1.0 + np.exp(-rng.normal(-1.0, 1.2, self.n_draws)))
        return beta, onset, floor

    def log_loss(self, n_samples: Array) -> Array:
        """Return log losses of the drawn curves, shape (n_draws, e), at sizes of shape (e,); 0 is before training."""
        beta, onset, floor = (each[:, None] for each in self._shape)
        with np.errstate(divide="ignore"):  # the log of 0 examples
            fall = np.exp(-np.logaddexp(0.0, beta * (np.log(n_samples) - onset)))
        at_reference = np.exp(-np.logaddexp(0.0, beta * (np.log(REFERENCE_SIZE) - onset)))
        return np.asarray(np.log(floor + (1.0 - floor) * fall / at_reference))

    def predict(self, curves: Curves, d_full: float, noises: tuple[float, ...] = WIDE_NOISES) -> Forecast:
        """Return the posterior mean and standard deviation of each candidate's log loss at `d_full` examples.

        `noises` are the standard deviations of a measured log loss that are thought possible.
        """
        sizes, y = curves.n_samples, curves.log_loss
        drawn = self.log_loss(np.concatenate([sizes, [d_full, 0.0]]))
        f, f_full, f_zero = drawn[:, :-2], drawn[:, -2], drawn[:, -1]
        walk = _Kriging.of(sizes, d_full)
        offset = f_full - f @ walk.weights
        means, stds = [], []
        for start in range(0, len(y), CHUNK):
            rows = slice(start, start + CHUNK)
            misfit = walk.misfit(y[rows], f)
            jump = (curves.log_zero_shot[rows] - y[rows, 0])[:, None] - (f_zero - f[:, 0])
            prior = np.where(np.isnan(jump), 0.0, np.log(2.5 * np.exp(-12.5 * jump**2) + 0.15))
            log_weights = np.stack(
                [prior - misfit / (2 * noise**2) - (len(sizes) - 1) * np.log(noise) for noise in noises], axis=1
            )
            weights = np.exp(log_weights - log_weights.max(axis=(1, 2), keepdims=True))
            weights /= weights.sum(axis=(1, 2), keepdims=True)
            by_draw = weights.sum(axis=1)
            shift = by_draw @ offset
            means.append(y[rows] @ walk.weights + shift)
            noise_variance = weights.sum(axis=2) @ (np.square(noises) * (walk.variance + 1.0))
            stds.append(np.sqrt(np.maximum(by_draw @ offset**2 - shift**2, 0.0) + noise_variance))
        return Forecast(mean=np.concatenate(means), std=np.concatenate(stds))


@dataclass(frozen=True, kw_only=True)
class _Kriging:
    """Universal kriging of what a drawn curve leaves: a random walk per doubling and noise, about an unknown level."""

    precision: Array  #: shape (e, e), of the residuals with their level taken out
    weights: Array  #: shape (e,): of the residuals, in the prediction of the one at D_full; they add up to 1
    variance: float  #: of that prediction, in units of the noise's

    @classmethod
    def of(cls, n_samples: Array, d_full: float) -> _Kriging:
        doublings = 1.0 + np.log2(n_samples / n_samples[0])
        last = 1.0 + np.log2(d_full / n_samples[0])
        inverse = np.linalg.inv(np.eye(len(doublings)) + np.minimum.outer(doublings, doublings))
        ones = inverse.sum(axis=1)
        total = ones.sum()
        covariance = np.minimum(doublings, last)
        left_over = 1.0 - covariance @ ones
        return cls(
            precision=inverse - np.outer(ones, ones) / total,
            weights=inverse @ covariance + ones * left_over / total,
            variance=float(last - covariance @ inverse @ covariance + left_over**2 / total),
        )

    def misfit(self, y: Array, f: Array) -> Array:
        """Return (y − f)ᵀ P (y − f) of every candidate and drawn curve, shape (m, n_draws)."""
        weighted = f @ self.precision
        own, cross = np.einsum("me,ef,mf->m", y, self.precision, y), y @ weighted.T
        return np.asarray(np.maximum(own[:, None] - 2.0 * cross + (weighted * f).sum(axis=1), 0.0))
