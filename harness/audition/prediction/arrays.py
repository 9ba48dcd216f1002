"""What predictors take and return: losses of several candidates at the same sizes, and where they will end."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Curves:
    """The losses of m candidates at the same e sizes."""

    n_samples: Array  #: shape (e,), ascending, positive
    log_loss: Array  #: shape (m, e)
    log_zero_shot: Array  #: shape (m,); NaN where it was not measured


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """Log losses of m candidates after full fine-tuning, each normally distributed."""

    mean: Array  #: shape (m,)
    std: Array  #: shape (m,)
