"""A straight line in log-log coordinates: the power phase of a loss curve."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from operator import mul


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLogLine:
    """`log loss = slope · log n_samples + intercept`."""

    slope: float
    intercept: float  #: log loss of one example
    residual_std: float  #: of log loss over the fitted points, ddof = 0

    @classmethod
    def fit(cls, n_samples: Sequence[int], loss: Sequence[float]) -> LogLogLine:
        """Return the least-squares line through the points, shape (n,) each, n ≥ 2, all positive."""
        x, y = [math.log(size) for size in n_samples], [math.log(each) for each in loss]
        n = len(x)
        mean_x, mean_y = math.fsum(x) / n, math.fsum(y) / n
        centred = [each - mean_x for each in x]
        slope = math.fsum(map(mul, centred, y)) / math.fsum(map(mul, centred, centred))
        intercept = mean_y - slope * mean_x
        squares = math.fsum((each - (slope * size + intercept)) ** 2 for size, each in zip(x, y, strict=True))
        return cls(slope=slope, intercept=intercept, residual_std=math.sqrt(squares / n))

    def log_loss(self, n_samples: int) -> float:
        """Return the log of the loss at `n_samples`."""
        return self.slope * math.log(n_samples) + self.intercept

    def loss(self, n_samples: int) -> float:
        """Return the loss at `n_samples`."""
        return math.exp(self.log_loss(n_samples))
