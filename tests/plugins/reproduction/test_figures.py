"""What the figures' data say, read from the files that are kept."""

from __future__ import annotations

import csv
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

import pytest

from worlds.paths import ROOT

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = ROOT / "leaderboards" / "paper"
METRICS = ("PearCorr", "RelAcc")


def read(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def published_ats() -> dict[tuple[str, str, str], float]:
    """Return AtS of Table 1, ours, by metric, task and ratio."""
    rows = [
        row for row in read("tables.csv") if row["contestant"] == "ats final_line=published" and row["table"] == "1"
    ]
    return {(row["metric"], row["task"], row["ratio"]): float(row["ours"]) for row in rows if row["ratio"] != "Avg"}


def test_the_ablation_has_fifteen_variants_of_every_cell() -> None:
    rows = read("figure-11.csv")
    assert len({(row["k"], row["delta"], row["task"], row["ratio"]) for row in rows}) == len(rows) == 15 * 21


def test_the_ablation_at_the_published_options_is_table_1() -> None:
    chosen = [row for row in read("figure-11.csv") if (row["k"], row["delta"]) == ("3", "5")]
    assert {(m, row["task"], row["ratio"]): float(row[m]) for row in chosen for m in METRICS} == published_ats()


def test_the_largest_stratum_is_table_1() -> None:
    chosen = [
        row
        for row in read("figure-12.csv")
        if (row["stratum"], row["selector"]) == ("params<7e9", "ats final_line=published")
    ]
    assert {(m, row["task"], row["ratio"]): float(row[m]) for row in chosen for m in METRICS} == published_ats()


def test_no_selector_spends_more_than_the_paper_counts() -> None:
    assert all(float(row["flops_spent_percent"]) <= float(row["flops_percent"]) for row in read("figure-7.csv"))


@pytest.mark.parametrize("ratio", ["1/8", "1/512"])
def test_the_planned_cost_of_ats_is_below_twice_the_ratio(ratio: str) -> None:
    (row,) = [row for row in read("figure-7.csv") if (row["selector"], row["ratio"]) == ("ats", ratio)]
    share = 100 / int(ratio.partition("/")[2])
    assert share < float(row["flops_percent"]) < 2 * share


def test_sub_tuning_costs_its_ratio() -> None:
    (row,) = [row for row in read("figure-7.csv") if (row["selector"], row["ratio"]) == ("sub-tuning", "1/8")]
    assert row["flops_percent"] == row["flops_spent_percent"] == "12.500"


@pytest.mark.parametrize("picture", sorted(FOLDER.glob("*.svg")), ids=lambda path: path.name)
def test_every_figure_is_a_drawing(picture: Path) -> None:
    root = ET.fromstring(picture.read_text(encoding="utf-8"))  # noqa: S314 - our own file
    assert root.tag.endswith("svg")
    assert len(root) > 10
