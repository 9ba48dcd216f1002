"""The losses that selectors are tried on, and which of them fail."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from audition.testing.toy.curves import D_FULL, SIZES, bent, power_law
from audition.types import Point

if TYPE_CHECKING:
    from collections.abc import Mapping

    from audition.testing.toy.curves import LossOf
    from audition.types import Status

#: lines, a bend, a rise at the end; which is ahead changes with the size
LOSSES: Mapping[str, LossOf] = {
    "late": power_law(20, 0.3, zero_shot=5.0),
    "early": power_law(4, 0.05, zero_shot=6.0),
    "bent": bent(12, 0.2, 400, 4.1),
    "rising": lambda n: 3.0 + 1e-4 * n,
}
TIED: Mapping[str, LossOf] = {**LOSSES, "twin-b": power_law(10, 0.2), "twin-a": power_law(10, 0.2)}
FLAT: Mapping[str, LossOf] = {"flat": lambda _: 2.0, "tiny": lambda n: 1e-9 if n else 1e-8, "late": LOSSES["late"]}

#: what may fail of the model "late", or of all
FAILURES: Mapping[str, Mapping[Point, Status]] = {
    "its largest size": {Point("late", SIZES[0]): "out-of-memory"},
    "all but its largest size": {Point("late", size): "crashed" for size in (*SIZES[1:], 0)},
    "its smallest size": {Point("late", SIZES[-1]): "not-finite"},
    "its zero-shot loss": {Point("late", 0): "out-of-memory"},
    "all of it": {Point("late", size): "out-of-memory" for size in (*SIZES, 0)},
    "everything": {Point(name, size): "timed-out" for name in LOSSES for size in (*SIZES, 0)},
}


def spoilt(losses: Mapping[str, LossOf], *, beyond: int = SIZES[0]) -> Mapping[str, LossOf]:
    """Return the same losses up to size `beyond`, and NaN above it up to D_full."""
    return {name: _spoilt(loss, beyond) for name, loss in losses.items()}


def _spoilt(loss: LossOf, beyond: int) -> LossOf:
    return lambda n: math.nan if beyond < n <= D_FULL else loss(n)
