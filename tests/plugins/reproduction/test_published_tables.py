"""Every printed cell of Tables 1, 2, 11 and 12 beside ours, with the tolerance that the inputs' rounding leaves."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from audition_plugins.reproduction.comparing import mean
from audition_plugins.reproduction.printed import CONTESTANTS
from audition_plugins.reproduction.tables import summary_markdown, tables_csv

if TYPE_CHECKING:
    from audition_plugins.reproduction.comparing import Comparison

# Points of the metric, in percent: three-decimal losses move AtS's correlations most, by way of residuals.
TOLERANCE = {
    ("AtS", "PearCorr"): 0.8,
    ("AtS", "RelAcc"): 0.2,
    ("ZeroShot", "PearCorr"): 0.2,
    ("ZeroShot", "RelAcc"): 0.2,
    ("SubTuning", "PearCorr"): 0.2,
    ("SubTuning", "RelAcc"): 0.2,
    ("ModelSize", "PearCorr"): 0.2,
    ("ModelSize", "RelAcc"): 0.2,
    ("AtS-Family", "RelAcc"): 0.2,
}
pytestmark = pytest.mark.slow  # the rows behind it take ten seconds, once


def ours_of(comparisons: tuple[Comparison, ...], selector: str, metric: str) -> list[Comparison]:
    """Return the ratio cells of a selector as it was published; Table 11 has every one of those fitted."""
    return [
        cell
        for cell in comparisons
        if (cell.contestant, cell.metric) == (CONTESTANTS[selector], metric) and cell.ratio and cell.table != 2
    ]


def test_every_printed_cell_is_compared(comparisons: tuple[Comparison, ...]) -> None:
    published = [cell for cell in comparisons if cell.contestant == CONTESTANTS[cell.selector]]
    # 192 of Table 1, 18 of Table 2, 126 of Table 11, 63 of Table 12
    assert len(published) == 192 + 18 + 126 + 63


@pytest.mark.parametrize(("selector", "metric"), TOLERANCE)
def test_every_cell_is_within_its_tolerance(comparisons: tuple[Comparison, ...], selector: str, metric: str) -> None:
    cells = ours_of(comparisons, selector, metric)
    assert len({(cell.ratio, cell.task) for cell in cells}) == 21
    far = [cell for cell in cells if abs(cell.difference) > TOLERANCE[selector, metric]]
    assert far == []


def test_our_fit_is_near_its_published_correlations(comparisons: tuple[Comparison, ...]) -> None:
    """Cell by cell it depends on where the authors' optimiser stopped; on average it must not."""
    assert mean([abs(cell.difference) for cell in ours_of(comparisons, "OurFit", "PearCorr")]) <= 3.0


def test_vanilla_fit_is_near_its_published_averages(comparisons: tuple[Comparison, ...]) -> None:
    """Ten random starts without a seed: single cells differ by tens of points, the means by a few."""
    for metric, tolerance in (("PearCorr", 7.0), ("RelAcc", 4.0)):
        assert abs(mean([cell.difference for cell in ours_of(comparisons, "VanillaFit", metric)])) <= tolerance


def test_the_printed_sign_of_model_size_is_turned_and_said(comparisons: tuple[Comparison, ...]) -> None:
    cells = ours_of(comparisons, "ModelSize", "PearCorr")
    assert {cell.task: (cell.theirs, round(cell.ours, 1), cell.mark) for cell in cells} == {
        "flan": (-20.9, 20.9, "†"),
        "wmt19": (36.0, pytest.approx(-36.0, abs=0.11), "†"),
        "gigaword": (-24.4, pytest.approx(24.4, abs=0.11), "†"),
    }


def test_three_printed_averages_contradict_their_rows(comparisons: tuple[Comparison, ...]) -> None:
    marked = {(cell.metric, cell.task, cell.selector) for cell in comparisons if cell.mark == "‡"}
    assert marked == {
        ("RelAcc", "flan", "SubTuning"),
        ("RelAcc", "gigaword", "SubTuning"),
        ("PearCorr", "wmt19", "SubTuning"),
    }


def test_algorithm_1_differs_by_the_dropped_point(comparisons: tuple[Comparison, ...]) -> None:
    cells = [cell for cell in comparisons if cell.contestant == "ats" and cell.table == 1 and cell.metric == "RelAcc"]
    far = {(cell.task, cell.ratio) for cell in cells if cell.ratio and abs(cell.difference) > 0.2}
    assert far == {("gigaword", Fraction(1, 64))}


def test_the_summary_has_a_line_a_column_and_says_why(comparisons: tuple[Comparison, ...]) -> None:
    lines = summary_markdown(comparisons).splitlines()[2:]
    assert len(lines) == 17, "nine contestants, two metrics each, but AtS-Family has no PearCorr"
    assert all(line.rstrip(" |").split("|")[-1].strip() for line in lines)


def test_the_csv_has_every_comparison(comparisons: tuple[Comparison, ...]) -> None:
    assert len(tables_csv(comparisons).splitlines()) == 1 + len(comparisons)
