"""A straight line in log-log coordinates: the power phase of a loss curve."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLogLine:
    """`log loss = slope · log n_samples + intercept`."""

    slope: float
    intercept: float  #: log loss of one example
    residual_std: float  #: of log loss over the fitted points, ddof = 0

    @classmethod
    def fit(cls, n_samples: Sequence[int], loss: Sequence[float]) -> LogLogLine:
        """Return the least-squares line through the points, shape (n,) each, n ≥ 2, all positive."""
        x, y = np.log(n_samples), np.log(loss)
        centred = x - x.mean()
        slope = float(centred @ y / (centred @ centred))
        intercept = float(y.mean() - slope * x.mean())
        return cls(slope=slope, intercept=intercept, residual_std=float(np.std(y - (slope * x + intercept))))

    def log_loss(self, n_samples: int) -> float:
        """Return the log of the loss at `n_samples`."""
        return self.slope * math.log(n_samples) + self.intercept

    def loss(self, n_samples: int) -> float:
        """Return the loss at `n_samples`."""
        return math.exp(self.log_loss(n_samples))
