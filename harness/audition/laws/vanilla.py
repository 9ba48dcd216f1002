"""The vanilla scaling law: its log-log slope can only flatten with more data, so it has no pre-power phase."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray


def vanilla_law(n_samples: ArrayLike, *, alpha: float, beta: float, b: float, e: float) -> NDArray[np.float64]:
    """Return the loss after fine-tuning on `n_samples` examples, in their shape.

    L(D) = (B / D^β + E)^α   (Eq. 5 of arXiv 2402.02314)
    """
    d = np.asarray(n_samples, dtype=np.float64)
    with np.errstate(divide="ignore", over="ignore"):  # infinite at D = 0; a power too large to hold divides to 0
        return np.asarray((b / d**beta + e) ** alpha)


@dataclass(frozen=True, slots=True, kw_only=True)
class VanillaLaw:
    """L(D) = (B / D^β + E)^α. All four are at least 0."""

    alpha: float  #: α; no unit
    beta: float  #: β; no unit
    b: float  #: B, in loss^(1/α) × examples^β
    e: float  #: E, in loss^(1/α): E^α is the loss with infinite data

    def loss(self, n_samples: ArrayLike) -> NDArray[np.float64]:
        """Return the loss at `n_samples` > 0, in their shape; infinite at 0."""
        return vanilla_law(n_samples, alpha=self.alpha, beta=self.beta, b=self.b, e=self.e)
