"""A user's own loss curves, from a CSV file."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from audition.errors import UsageError

REQUIRED = ("n_samples", "loss")
NAME = "model"  #: the optional column that tells several curves of a file apart


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredCurve:
    """Points of one curve, by size."""

    name: str
    n_samples: tuple[int, ...]  #: shape (n,), ascending; 0 = zero-shot; a size may come twice
    loss: tuple[float, ...]  #: shape (n,), in the file's unit

    def trained(self) -> MeasuredCurve:
        """Return the curve without its zero-shot point, where a law in powers of the size says little."""
        points = [(size, loss) for size, loss in zip(self.n_samples, self.loss, strict=True) if size]
        return _curve(self.name, points)


def read_curves(path: Path) -> tuple[MeasuredCurve, ...]:
    """Return the curves of a CSV file with a header `n_samples,loss` and perhaps `model`; other columns are ignored.

    Raises:
        UsageError: the file cannot be read, or a line of it cannot; the message names both.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            points = list(_points(path, csv.DictReader(lines, strict=True)))
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: must be UTF-8 text, got byte 0x{error.object[error.start]:02x}") from None
    if not points:
        raise UsageError(f"{path}: holds no points")
    by_name: dict[str, list[tuple[int, float]]] = {}
    for name, size, loss in points:
        by_name.setdefault(name, []).append((size, loss))
    return tuple(_curve(name, curve) for name, curve in by_name.items())


def _curve(name: str, points: Iterable[tuple[int, float]]) -> MeasuredCurve:
    ordered = sorted(points)
    return MeasuredCurve(
        name=name, n_samples=tuple(size for size, _ in ordered), loss=tuple(loss for _, loss in ordered)
    )


def _points(path: Path, rows: csv.DictReader[str]) -> Iterator[tuple[str, int, float]]:
    try:
        header = rows.fieldnames or ()
        missing = [column for column in REQUIRED if column not in header]
        if missing:
            raise UsageError(f"{path}:1: the header must have n_samples and loss, got {','.join(header) or 'nothing'}")
        for row in rows:
            place = f"{path}:{rows.line_num}"
            if None in row or None in row.values():
                raise UsageError(f"{place}: must have {len(header)} fields, as the header has")
            yield row.get(NAME, path.stem), _size(row["n_samples"], place), _loss(row["loss"], place)
    except csv.Error as error:
        raise UsageError(f"{path}:{rows.line_num}: is not CSV: {error}") from None


def _size(text: str, place: str) -> int:
    try:  # pandas writes a column of whole numbers with a gap in it as 100.0
        size = float(text)
    except ValueError:
        size = math.nan
    if not (math.isfinite(size) and size.is_integer() and size >= 0):
        raise UsageError(f"{place}: 'n_samples' must be a whole number, 0 or more, got {text!r}")
    return int(size)


def _loss(text: str, place: str) -> float:
    try:
        loss = float(text)
    except ValueError:
        loss = math.nan
    if not (math.isfinite(loss) and loss > 0):
        raise UsageError(f"{place}: 'loss' must be a positive number, got {text!r}")
    return loss
