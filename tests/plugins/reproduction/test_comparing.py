from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from audition_plugins.reproduction.printed import CONTESTANTS
from worlds.published_cells import ours_of

if TYPE_CHECKING:
    from audition_plugins.reproduction.comparing import Comparison


pytestmark = pytest.mark.slow  # the rows behind it take ten seconds, once


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
