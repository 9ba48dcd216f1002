"""Which forward passes each process of a team does. Pure and torch-free: all of them work it out alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class Pass(NamedTuple):
    """One forward pass."""

    positions: list[int]  #: of the rows
    counts: bool  #: False: it keeps the others company, and its loss is nobody's


def assign_passes(
    lengths: Sequence[int], rank: int, size: int, split: Callable[[Sequence[int]], list[list[int]]]
) -> list[Pass]:
    """Return the passes of process `rank` of `size` over rows of these lengths: as many for each, longest rows first.

    Every row is somebody's, once. Passes meet in collective operations, so who has too few repeats the shortest row
    and counts nothing of it.

    Args:
        lengths: tokens of each row; at least one row.
        rank: 0 ≤ rank < size.
        size: processes.
        split: positions → passes that fit one device.
    """
    order = sorted(range(len(lengths)), key=lengths.__getitem__, reverse=True)
    shares = [split(order[start::size]) for start in range(size)]
    own = [Pass(positions, counts=True) for positions in shares[rank]]
    missing = max(map(len, shares)) - len(own)
    return own + [Pass([order[-1]], counts=False)] * missing
