"""The split rule that every task loader shares: a hash of the input decides where a row goes."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Literal

from audition.types.lazy import LazyModule

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
else:
    np, npt = LazyModule("numpy"), LazyModule("numpy.typing")  # a listing needs neither


SplitName = Literal["train", "validation", "test"]
SPLITS: tuple[SplitName, ...] = ("train", "validation", "test")

SPLIT_RULE = 1  #: version of the rule below; part of every fingerprint that depends on it
_TENTH = 2**64 // 10
_SALT = b"audition-split"


def input_hash(text: str) -> int:
    """Return 64 bits that tell inputs apart and choose their split; salted, the same in every process."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8, person=_SALT).digest(), "little")


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitLimits:
    """The most rows a split may take."""

    train: int | None = None
    validation: int | None = 2000
    test: int | None = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Splits:
    """Row numbers of three disjoint splits; training rows ascending, held-out rows in the order of their hashes."""

    train: npt.NDArray[np.intp]
    validation: npt.NDArray[np.intp]
    test: npt.NDArray[np.intp]
    n_duplicates: int  #: rows left out because an earlier row of the same split has their input
    n_overlapping: int  #: rows left out because a held-out split that was given has their input

    def __getitem__(self, name: SplitName) -> npt.NDArray[np.intp]:
        return {"train": self.train, "validation": self.validation, "test": self.test}[name]


def split_rows(hashes: npt.NDArray[np.uint64], origin: npt.NDArray[np.int8], limits: SplitLimits) -> Splits:
    """Split rows by the hashes of their inputs; both arrays have shape (n,), `origin` is an index into SPLITS.

    Equal inputs are kept once: in the test split if it was given with them, else in validation, else the first row.
    A held-out split that was not given takes a fixed tenth of the hash range out of the training rows, at most its
    limit, smallest hashes first. So appending rows never moves a training row to a held-out split, nor a row between
    the held-out ones. Their order by hash makes every prefix of them a random sample.
    """
    order = np.lexsort((-origin, hashes))  # stable: among equals of one origin the first row comes first
    is_first = np.ones(len(order), dtype=bool)
    is_first[1:] = hashes[order[1:]] != hashes[order[:-1]]
    keeper = order[np.maximum.accumulate(np.where(is_first, np.arange(len(order)), 0))]
    n_overlapping = int(np.count_nonzero(origin[order] != origin[keeper]))
    kept = order[is_first]
    train, held = _hold_out(kept, hashes[kept], origin[kept], limits)
    return Splits(
        train=np.sort(train[: limits.train]),
        **held,
        n_duplicates=len(order) - len(kept) - n_overlapping,
        n_overlapping=n_overlapping,
    )


def _hold_out(
    kept: npt.NDArray[np.intp], hashes: npt.NDArray[np.uint64], origin: npt.NDArray[np.int8], limits: SplitLimits
) -> tuple[npt.NDArray[np.intp], dict[str, npt.NDArray[np.intp]]]:
    """Return the training rows and the held-out rows among `kept`, all ascending by hash."""
    is_train = origin == SPLITS.index("train")
    held = {}
    for name, tenth, limit in (("test", 0, limits.test), ("validation", 1, limits.validation)):
        is_held = origin == SPLITS.index(name)
        if not is_held.any():
            is_held = is_train & (hashes // _TENTH == tenth)
            is_train = is_train & ~_first(is_held, limit)
        held[name] = kept[_first(is_held, limit)]
    return kept[is_train], held


def _first(mask: npt.NDArray[np.bool_], limit: int | None) -> npt.NDArray[np.bool_]:
    """Return `mask` with all but its first `limit` true values cleared."""
    return mask if limit is None else mask & (np.cumsum(mask) <= limit)
