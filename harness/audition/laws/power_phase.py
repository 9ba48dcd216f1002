"""The power phase of a loss curve: Accept then Stop, the rule of Algorithm 1 of arXiv 2402.02314, a point at a time."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from audition.laws.line import LogLogLine

SIGMA_FLOOR = 1e-12  #: of log loss; an exactly straight line would divide by zero


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerPhase:
    """The points accepted so far, offered from the largest size down."""

    k: int = 3  #: points accepted before the first test
    delta: float = 5.0  #: stop at a point further than this many residual deviations from the line of the others
    n_samples: list[int] = field(default_factory=list)
    loss: list[float] = field(default_factory=list)

    def accepts(self, n_samples: int, loss: float) -> bool:
        """Return whether the point lies on the line of those before, and keep it if it does."""
        if len(self.loss) >= self.k and self._stop_index(n_samples, loss) > self.delta:
            return False
        self.n_samples.append(n_samples)
        self.loss.append(loss)
        return True

    def line(self) -> LogLogLine:
        """Return the line through the accepted points, of which there must be two."""
        return LogLogLine.fit(self.n_samples, self.loss)

    def _stop_index(self, n_samples: int, loss: float) -> float:
        """Return I_stop: the distance of a new point from the line of the accepted ones, in residual deviations."""
        line = self.line()
        return abs(math.log(loss) - line.log_loss(n_samples)) / max(line.residual_std, SIGMA_FLOOR)
