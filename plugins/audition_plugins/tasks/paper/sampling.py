"""Random samples of large hub splits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audition.tasks import subset_order
from audition_plugins.tasks.readers.sources import HubSplit

if TYPE_CHECKING:
    from datasets import Dataset


def sample(split: Dataset, start: int, n_rows: int, label: str) -> HubSplit:
    """Return `n_rows` rows of `split`, or what there is, from place `start` of one fixed random order."""
    chosen = subset_order(len(split), seed=0)[start : start + n_rows]
    chosen.sort()  # rows that lie together are read together
    return HubSplit(split.select(chosen), f"{label} (sample)")


def whole(split: Dataset, label: str) -> HubSplit:
    """Return all rows of `split`."""
    return HubSplit(split, label)
