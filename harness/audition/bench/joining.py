"""Add rows that somebody else has measured: only where both mean the same selectors and the same losses."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from audition.bench.quality import Quality
from audition.bench.row import Row
from audition.errors import UsageError

TOLERANCE = 1e-3  #: of metrics: the last bits of a fit differ between machines


def read_rows(path: Path) -> list[Row]:
    """Return the rows that `audition bench --json` printed to a file.

    Raises:
        UsageError: it cannot be read, or holds anything else.
    """
    try:
        records = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from None
    except ValueError:  # no UTF-8, or no JSON
        records = None
    if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
        raise UsageError(f"{path}: not what `audition bench --json` prints")
    return [_read_row(path, place, record) for place, record in enumerate(records, start=1)]


def add_files(rows: Sequence[Row], paths: Iterable[Path]) -> list[Row]:
    """Return `rows` and those of each file, as `join_rows` does.

    Raises:
        UsageError: a file cannot be read, or its rows do not compare with the others.
    """
    joined = list(rows)
    for path in paths:
        joined = join_rows(joined, read_rows(path), origin=str(path))
    return joined


def join_rows(ours: Sequence[Row], theirs: Sequence[Row], *, origin: str) -> list[Row]:
    """Return all rows, those that both have once; `origin` is where `theirs` come from.

    Raises:
        UsageError: they are of another definition of a selector, of other losses, or contradict ours.
    """
    joined = {_cell(row): row for row in ours}
    definitions = {row.selector: row.definition for row in ours}
    losses = {(row.task, row.stratum): _losses(row) for row in ours}
    for row in theirs:
        _require_same_definition(row, definitions.setdefault(row.selector, row.definition), origin)
        _require_same_losses(row, losses.setdefault((row.task, row.stratum), _losses(row)), origin)
        _require_same_outcome(row, joined.setdefault(_cell(row), row), origin)
    return list(joined.values())


def require_same_cells(rows: Iterable[Row]) -> None:
    """Raise UsageError unless every contestant was judged on the same cells: else their means do not compare."""
    cells: dict[str, set[tuple[str, str, str]]] = {}
    for row in rows:
        cells.setdefault(row.contestant, set()).add((row.task, str(row.ratio), row.stratum))
    everything = set().union(*cells.values())
    for contestant, of_contestant in cells.items():
        if missing := sorted(everything - of_contestant):
            task, ratio, stratum = missing[0]
            place = f"{task} at {ratio}, stratum {stratum}"
            raise UsageError(f"means do not compare: {contestant!r} lacks {len(missing)} rows, the first on {place}")


def _read_row(path: Path, place: int, record: dict[str, Any]) -> Row:
    try:
        return Row.from_json(record)
    except UsageError as error:
        raise UsageError(f"{path}: row {place}: {error}") from None


def _cell(row: Row) -> tuple[str, str, str, str]:
    return (row.task, str(row.ratio), row.contestant, row.stratum)


def _losses(row: Row) -> tuple[str, int, int]:
    return (row.curves, row.d_full, row.n_models)


def _require_same_definition(row: Row, known: str, origin: str) -> None:
    if row.definition != known:
        raise UsageError(
            f"{origin}: selector {row.selector!r} is defined by {row.definition or 'nobody knows what'} there "
            f"and by {known or 'nobody knows what'} here: under one name they do not compare"
        )


def _require_same_losses(row: Row, known: tuple[str, int, int], origin: str) -> None:
    if _losses(row) != known:
        there, here = (
            f"curves {curves or 'unknown'}, {n_models} models" for curves, _, n_models in (_losses(row), known)
        )
        raise UsageError(f"{origin}: {row.task}, stratum {row.stratum}, is of other losses: {there}; here {here}")


def _require_same_outcome(row: Row, known: Row, origin: str) -> None:
    for field in fields(Quality):
        there, here = getattr(row.quality, field.name), getattr(known.quality, field.name)
        is_same = there == here if None in (there, here) else abs(there - here) <= TOLERANCE
        if not is_same:
            place = f"{row.contestant!r} on {row.task} at {row.ratio}, stratum {row.stratum}"
            seeds = f" (seed {row.seed} there, {known.seed} here)" if row.seed != known.seed else ""
            raise UsageError(f"{origin}: {field.name} of {place} is {there} there and {here} here{seeds}")
