"""Records as text for files that are kept: aligned tables, Markdown, CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from audition.errors import UsageError


def to_csv(records: Sequence[Mapping[str, Any]]) -> str:
    """Return records that share their keys as CSV; None is an empty field, a list is joined by spaces."""
    if not records:
        raise UsageError("there is no row to write")
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(records[0])
    writer.writerows([_field(value) for value in record.values()] for record in records)
    return lines.getvalue()


def to_table(records: Sequence[Mapping[str, str]], style: str, *, left: int = 1, left_too: str = "") -> str:
    """Return records of texts as a table in one of tabulate's styles.

    The first `left` columns and the one called `left_too` are aligned left, all others right.
    """
    from tabulate import tabulate

    headings = list(records[0])
    return (
        tabulate(
            [list(record.values()) for record in records],
            headers=headings,
            tablefmt=style,
            disable_numparse=True,  # 90.0 must not become 90
            colalign=["left" if n < left or name == left_too else "right" for n, name in enumerate(headings)],
        )
        + "\n"
    )


def percent(fraction: float | None) -> str:
    """Return 0.909 as "90.9", the way the paper prints it; "–" where it is undefined."""
    return "–" if fraction is None else number(100 * fraction, 1)


def number(value: float | None, digits: int) -> str:
    """Return `value` with so many decimals; "–" where it is undefined."""
    if value is None:
        return "–"
    text = f"{value:.{digits}f}"
    return text.removeprefix("-") if float(text) == 0 else text  # no −0.0


def _field(value: object) -> object:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return " ".join(map(str, value))
    return "" if value is None else value


def render(rows: Sequence[Mapping[str, Any]], *, right: Collection[str] = ()) -> str:
    """Return `rows`, which share their keys, as an aligned text table; the columns `right` are aligned right."""
    from tabulate import tabulate

    return tabulate(
        [["" if cell is None else cell for cell in row.values()] for row in rows],
        headers=list(rows[0]),
        tablefmt="simple",
        disable_numparse=True,  # 0.10 is a version here, not 0.1
        colalign=["right" if name in right else "left" for name in rows[0]],
    )
