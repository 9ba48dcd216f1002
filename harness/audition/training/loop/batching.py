"""Which examples go together: optimiser steps, and forward passes within them. Pure, torch-free, seeded.

An *effective batch* is what one optimiser step sees. A *micro-batch* is what one forward pass sees: its rows are
padded to the longest, so rows of similar length belong together. Examples are given by their position in `lengths`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

WINDOW = 16  #: effective batches sorted by length together: most of the padding goes, and batches stay random


def effective_batches(lengths: Sequence[int], batch_size: int, *, seed: int, epoch: int) -> list[list[int]]:
    """Return the batches of one epoch: every position once, `batch_size` a batch, one batch may be smaller.

    Positions are shuffled, sorted by length within windows of several batches, and the batches shuffled again.
    `seed` and `epoch` fix everything; both are non-negative.
    """
    rng = np.random.default_rng((seed, epoch))
    order = rng.permutation(len(lengths)).tolist()
    batches: list[list[int]] = []
    for window in _chunks(order, WINDOW * batch_size):
        batches += _chunks(sorted(window, key=lengths.__getitem__), batch_size)
    return [batches[place] for place in rng.permutation(len(batches))]


def micro_batches(lengths: Sequence[int], positions: Iterable[int], max_tokens: int) -> list[list[int]]:
    """Split `positions` into forward passes of at most `max_tokens` tokens, padding counted, longest rows first.

    An example longer than `max_tokens` is a batch of its own. Longest first, so that what does not fit fails at once.
    """
    batches: list[list[int]] = []
    for position in sorted(positions, key=lengths.__getitem__, reverse=True):
        if batches and (len(batches[-1]) + 1) * lengths[batches[-1][0]] <= max_tokens:
            batches[-1].append(position)
        else:
            batches.append([position])
    return batches


def _chunks(items: list[int], size: int) -> list[list[int]]:
    return [items[start : start + size] for start in range(0, len(items), size)]
