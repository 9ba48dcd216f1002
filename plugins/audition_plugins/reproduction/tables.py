"""Tables 1, 2, 11 and 12 as Markdown and CSV."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audition.text.tables import to_csv, to_table
from audition_plugins.reproduction.comparing import mean, shown
from audition_plugins.reproduction.measured import ALGORITHM_1, OPTIMUM
from audition_plugins.reproduction.printed import CONTESTANTS, TASKS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from audition_plugins.reproduction.comparing import Comparison

ROUNDED = "the recorded losses are rounded to three decimals"
WHY: Mapping[str, str] = {
    CONTESTANTS["AtS"]: f"{ROUNDED}, which moves residuals and so, rarely, the stop",
    ALGORITHM_1: "the algorithm as printed keeps the smallest point where nothing stopped; the authors' code drops it",
    CONTESTANTS["ZeroShot"]: ROUNDED,
    CONTESTANTS["SubTuning"]: f"{ROUNDED}; ‡ marks printed averages that contradict their own rows",
    CONTESTANTS["ModelSize"]: "† the printed PearCorr correlates log(size) with the loss, not with minus the loss",
    CONTESTANTS["OurFit"]: "the authors' optimiser is not known; four parameters from few points magnify where it ends",
    OPTIMUM: "not what was published: the same law at the least-squares optimum of the same points",
    CONTESTANTS["VanillaFit"]: "the published column is the best of ten random starts without a seed",
    CONTESTANTS["AtS-Family"]: ROUNDED,
}


def table_markdown(comparisons: Iterable[Comparison], table: int, metric: str) -> str:
    """Return one metric of one table: a block of rows a selector, three columns a task."""
    cells = [cell for cell in comparisons if (cell.table, cell.metric) == (table, metric)]
    lines: dict[tuple[str, str], dict[str, str]] = {}
    for cell in cells:
        ratio = "Avg" if cell.ratio is None else str(cell.ratio)
        line = lines.setdefault((cell.contestant, ratio), {"selector": _title(cell), "ratio": ratio})
        line[f"{cell.task}: ours"] = shown(cell.ours)
        line["theirs" + _invisible(cell.task)] = f"{cell.theirs:.1f}{cell.mark}"
        line["Δ" + _invisible(cell.task)] = signed(cell.difference)
    ordered = sorted(lines, key=lambda key: list(WHY).index(key[0]))  # stable: ratios stay in the printed order
    return to_table([lines[key] for key in ordered], "github", left=2)


def summary_markdown(comparisons: Iterable[Comparison]) -> str:
    """Return how far every column is from print, and why."""
    return to_table([_summary(cells) for cells in _columns(comparisons)], "github", left=3, left_too="why they differ")


def tables_csv(comparisons: Iterable[Comparison]) -> str:
    """Return every comparison as CSV, in percent."""
    return to_csv([_record(cell) for cell in comparisons])


def signed(value: float, digits: int = 1) -> str:
    """Return a difference with its sign; zero has none."""
    text = f"{value:+.{digits}f}"
    return text[1:] if float(text) == 0 else text


def _columns(comparisons: Iterable[Comparison]) -> list[list[Comparison]]:
    """Return the ratio cells of every contestant and metric; a number that two tables print counts once."""
    columns: dict[tuple[int, str], dict[tuple[Any, ...], Comparison]] = {}
    for cell in comparisons:
        if cell.ratio is not None:
            place = (list(WHY).index(cell.contestant), cell.metric)
            columns.setdefault(place, {}).setdefault((cell.ratio, cell.task), cell)
    return [list(columns[place].values()) for place in sorted(columns)]


def _summary(cells: Sequence[Comparison]) -> dict[str, str]:
    distances = [abs(cell.difference) for cell in cells]
    return {
        "selector": _title(cells[0]),
        "here": f"`{cells[0].contestant}`",
        "metric": cells[0].metric,
        "cells": str(len(cells)),
        "mean ours": shown(mean([cell.ours for cell in cells])),
        "theirs": shown(mean([cell.comparable for cell in cells])),
        "mean distance": f"{mean(distances):.2f}",
        "largest": f"{max(distances):.2f}",
        "why they differ": WHY[cells[0].contestant],
    }


def _title(cell: Comparison) -> str:
    """Return the printed name, and what is different about a variant of it."""
    variants = {ALGORITHM_1: "AtS, Algorithm 1", OPTIMUM: "OurFit, optimum"}
    return variants.get(cell.contestant, cell.selector)


def _invisible(task: str) -> str:
    """Return spaces, as many as the task's place: keys of a record must differ, headings need not."""
    return " " * TASKS.index(task)


def _record(cell: Comparison) -> dict[str, Any]:
    return {
        "table": cell.table,
        "metric": cell.metric,
        "ratio": "Avg" if cell.ratio is None else str(cell.ratio),
        "task": cell.task,
        "selector": cell.selector,
        "contestant": cell.contestant,
        "ours": shown(cell.ours),
        "theirs": f"{cell.theirs:.1f}",
        "difference": signed(cell.difference),
        "mark": cell.mark,
    }
