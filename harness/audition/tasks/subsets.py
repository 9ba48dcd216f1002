"""The order in which training subsets grow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audition.errors import UsageError
from audition.types.lazy import LazyModule

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
else:
    np, npt = LazyModule("numpy"), LazyModule("numpy.typing")  # a listing needs neither


def subset_order(n_train: int, seed: int) -> npt.NDArray[np.intp]:
    """Return the order in which subsets of `n_train` rows grow, shape (n_train,): a permutation fixed by `seed`.

    Rows are sorted by the raw words of Philox: numpy promises that bit stream for ever, but not `permutation`'s.
    """
    return np.argsort(np.random.Philox(seed).random_raw(n_train), kind="stable")


def require_rows(name: str, wanted: int, available: int) -> None:
    """Raise UsageError unless task `name` has as many training rows as `wanted`."""
    if not 0 <= wanted <= available:
        raise UsageError(f"a subset of {name} must have 0 to {available:,} training rows, got {wanted:,}")
