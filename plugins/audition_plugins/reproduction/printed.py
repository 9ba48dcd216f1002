"""The numbers that the paper printed."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Literal, cast

import audition_registries

if TYPE_CHECKING:
    from collections.abc import Mapping

Metric = Literal["PearCorr", "RelAcc"]
METRICS: tuple[Metric, ...] = ("PearCorr", "RelAcc")
TASKS = ("flan", "wmt19", "gigaword")
RATIOS = tuple(Fraction(1, 2**power) for power in range(3, 10))
TABLES = (1, 2, 11, 12)  #: those that rank models
ROUNDING = 0.1  #: points by which a mean of printed cells may differ from a printed mean

#: What stands for a printed column: a selector as it is called here, with options.
CONTESTANTS: Mapping[str, str] = {
    "AtS": "ats final_line=published",
    "ZeroShot": "zero-shot",
    "SubTuning": "sub-tuning",
    "ModelSize": "model-size",
    "OurFit": "our-fit",
    "VanillaFit": "vanilla-fit",
    "AtS-Family": "ats-family final_line=published",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """One printed number."""

    table: int
    metric: Metric
    ratio: Fraction | None  #: None: the printed average over the ratios
    task: str
    selector: str  #: as printed
    value: float  #: in percent


def read_printed(table: int) -> tuple[Printed, ...]:
    """Return the numbers of Table 1, 2, 11 or 12; Table 2 is the row 1/512 of Table 11."""
    values = tuple(_printed(table, row) for row in read_table(f"table{11 if table == 2 else table}"))
    return tuple(value for value in values if table != 2 or value.ratio == RATIOS[-1])


def _printed(table: int, row: Mapping[str, str]) -> Printed:
    return Printed(
        table=table,
        metric=cast("Metric", row["metric"]),
        ratio=None if row["ratio"] == "Avg" else Fraction(row["ratio"]),
        task=row["task"],
        selector=row["selector"],
        value=float(row["value"]),
    )


def read_table(name: str) -> list[dict[str, str]]:
    """Return the rows of a published table: "table1", "table3_rmsd", "table11" or "table12"."""
    with audition_registries.path("paper", f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))
