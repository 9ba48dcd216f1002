"""Ours beside theirs, cell by cell."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from audition.text.tables import number
from audition_plugins.reproduction.measured import ALGORITHM_1, OPTIMUM, Cell
from audition_plugins.reproduction.printed import CONTESTANTS, RATIOS, ROUNDING, TABLES, read_printed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from fractions import Fraction

    from audition.bench import Row
    from audition_plugins.reproduction.printed import Metric, Printed

#: Columns that are shown beside a printed one, though something else was printed.
VARIANTS: Mapping[str, str] = {"AtS": ALGORITHM_1, "OurFit": OPTIMUM}


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One printed number and what we get instead, in percent."""

    table: int
    metric: Metric
    ratio: Fraction | None  #: None: the average over the ratios
    task: str
    selector: str  #: as printed
    contestant: str  #: what stands for it here
    ours: float
    theirs: float  #: as printed
    comparable: float  #: `theirs` after what is known to be wrong with it was put right
    mark: str = ""  #: "†": its sign was turned; "‡": an average that contradicts its rows was taken anew

    @property
    def difference(self) -> float:
        """Return ours minus theirs, put right."""
        return self.ours - self.comparable


def compare(rows: Mapping[Cell, Row]) -> tuple[Comparison, ...]:
    """Return every number of Tables 1, 2, 11 and 12 beside ours, and beside the variants of AtS and OurFit."""
    found = []
    for table in TABLES:
        printed = read_printed(table)
        found += [_compare(value, printed, CONTESTANTS[value.selector], rows) for value in printed]
        varied = [value for value in printed if value.selector in VARIANTS]
        found += [_compare(value, printed, VARIANTS[value.selector], rows) for value in varied]
    return tuple(found)


def points(row: Row, metric: Metric) -> float:
    """Return a metric of the paper in percent; NaN where it is undefined."""
    value = row.quality.pear_corr if metric == "PearCorr" else row.quality.rel_acc
    return float("nan") if value is None else 100 * value


def mean_points(rows: Mapping[Cell, Row], metric: Metric, contestant: str, stratum: str, tasks: Iterable[str]) -> float:
    """Return the mean of a metric over `tasks` and all ratios, in percent."""
    return mean([points(rows[Cell(contestant, stratum, task, ratio)], metric) for task in tasks for ratio in RATIOS])


def shown(value: float) -> str:
    """Return a metric in percent as the paper prints it; "–" where it is undefined."""
    return number(None if math.isnan(value) else value, 1)


def mean(values: Sequence[float]) -> float:
    """Return the mean of one or more numbers."""
    return sum(values) / len(values)


def _compare(value: Printed, printed: Iterable[Printed], contestant: str, rows: Mapping[Cell, Row]) -> Comparison:
    ratios = RATIOS if value.ratio is None else (value.ratio,)
    comparable, mark = _put_right(value, printed)
    return Comparison(
        table=value.table,
        metric=value.metric,
        ratio=value.ratio,
        task=value.task,
        selector=value.selector,
        contestant=contestant,
        ours=mean([points(rows[Cell(contestant, "all", value.task, ratio)], value.metric) for ratio in ratios]),
        theirs=value.value,
        comparable=comparable,
        mark=mark,
    )


def _put_right(value: Printed, printed: Iterable[Printed]) -> tuple[float, str]:
    """Return what the printed value should be compared as, and the mark of the reason."""
    if value.selector == "ModelSize" and value.metric == "PearCorr":
        return -value.value, "†"
    if value.ratio is None:
        key = (value.metric, value.task, value.selector)
        column = [cell.value for cell in printed if cell.ratio and (cell.metric, cell.task, cell.selector) == key]
        if abs(mean(column) - value.value) > ROUNDING:
            return mean(column), "‡"
    return value.value, ""
