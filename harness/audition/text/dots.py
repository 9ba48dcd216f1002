"""A chart in a terminal: braille dots, eight to a character."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from audition.text.charts import format_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

WIDTH, HEIGHT = 60, 14  #: of the drawing, in characters of 2 × 4 dots
DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))  # Unicode's bits of the dots, by row and column


def draw(lines: Sequence[tuple[float, float]], points: Sequence[tuple[float, float]]) -> str:
    """Return `lines` as dots and `points` as circles, both (x, y) pairs of positive numbers, on logarithmic axes."""
    logs = [(math.log(x), math.log(y)) for x, y in (*lines, *points)]
    (left, right), (bottom, top) = _range(x for x, _ in logs), _range(y for _, y in logs)
    bits = [[0] * WIDTH for _ in range(HEIGHT)]
    circles = set()
    for number, (x, y) in enumerate(logs):
        column = round((x - left) / (right - left) * (2 * WIDTH - 1))
        row = round((top - y) / (top - bottom) * (4 * HEIGHT - 1))
        bits[row // 4][column // 2] |= DOTS[row % 4][column % 2]
        if number >= len(lines):
            circles.add((row // 4, column // 2))
    drawing = [
        "".join("o" if (row, column) in circles else chr(0x2800 + bits[row][column]) for column in range(WIDTH))
        for row in range(HEIGHT)
    ]
    labels = {0: format_number(math.exp(top)), HEIGHT - 1: format_number(math.exp(bottom))}
    rows = [f"{labels.get(row, ''):>8} │{text.rstrip(chr(0x2800))}" for row, text in enumerate(drawing)]
    ends = format_number(math.exp(left)), format_number(math.exp(right))
    return "\n".join([*rows, " " * 9 + "└" + "─" * WIDTH, " " * 10 + ends[0] + ends[1].rjust(WIDTH - len(ends[0]))])


def _range(values: Iterable[float]) -> tuple[float, float]:
    """Return the least and the greatest, never the same."""
    found = list(values)
    low, high = min(found), max(found)
    return (low, high) if high > low else (low - 0.5, high + 0.5)
