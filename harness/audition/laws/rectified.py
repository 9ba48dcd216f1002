"""The rectified scaling law: loss against data with a pre-power phase, finite without any data."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

LARGEST_LOG = 700.0  #: exp of more than this is not a float


def rectified_law(n_samples: ArrayLike, *, b: float, d_l: float, beta: float, e: float) -> NDArray[np.float64]:
    """Return the loss after fine-tuning on `n_samples` examples, in their shape.

    L(D) = B / (D_l + D^β) + E   (Eq. 7 of arXiv 2402.02314)
    """
    d = np.asarray(n_samples, dtype=np.float64)
    with np.errstate(divide="ignore", over="ignore"):  # D_l = 0 has no finite loss at D = 0, and infinity is right
        return np.asarray(b / (d_l + d**beta) + e) if b else np.full_like(d, e)


@dataclass(frozen=True, slots=True, kw_only=True)
class RectifiedLaw:
    """L(D) = B / (D_l + D^β) + E. All four are at least 0."""

    b: float  #: B, in loss × examples^β
    d_l: float  #: D_l, pre-learned data size, in examples^β
    beta: float  #: β, learning difficulty; no unit
    e: float  #: E, the loss with infinite data

    def loss(self, n_samples: ArrayLike) -> NDArray[np.float64]:
        """Return the loss at `n_samples` ≥ 0, in their shape."""
        return rectified_law(n_samples, b=self.b, d_l=self.d_l, beta=self.beta, e=self.e)

    def phase_transition(self) -> float | None:
        """Return the size, in examples, where the log-log curve is steepest: the power phase begins.

        D^β = sqrt(D_l² + B·D_l / E). None: there is no such size (B, D_l, β or E is 0) or it is beyond any float.
        """
        if min(self.b, self.d_l, self.beta, self.e) <= 0:
            return None
        log_squared = np.logaddexp(2 * math.log(self.d_l), math.log(self.b) + math.log(self.d_l) - math.log(self.e))
        log_size = float(log_squared) / 2 / self.beta
        return math.exp(log_size) if log_size < LARGEST_LOG else None
