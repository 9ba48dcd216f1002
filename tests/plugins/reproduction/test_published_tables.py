"""Every printed cell of Tables 1, 2, 11 and 12 beside ours, with the tolerance that the inputs' rounding leaves."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from audition_plugins.reproduction.comparing import mean
from worlds.published_cells import ours_of

if TYPE_CHECKING:
    from audition_plugins.reproduction.comparing import Comparison


pytestmark = pytest.mark.slow  # the rows behind it take ten seconds, once


def test_our_fit_is_near_its_published_correlations(comparisons: tuple[Comparison, ...]) -> None:
    """Cell by cell it depends on where the authors' optimiser stopped; on average it must not."""
    assert mean([abs(cell.difference) for cell in ours_of(comparisons, "OurFit", "PearCorr")]) <= 3.0


def test_vanilla_fit_is_near_its_published_averages(comparisons: tuple[Comparison, ...]) -> None:
    """Ten random starts without a seed: single cells differ by tens of points, the means by a few."""
    for metric, tolerance in (("PearCorr", 7.0), ("RelAcc", 4.0)):
        assert abs(mean([cell.difference for cell in ours_of(comparisons, "VanillaFit", metric)])) <= tolerance


def test_algorithm_1_differs_by_the_dropped_point(comparisons: tuple[Comparison, ...]) -> None:
    cells = [cell for cell in comparisons if cell.contestant == "ats" and cell.table == 1 and cell.metric == "RelAcc"]
    far = {(cell.task, cell.ratio) for cell in cells if cell.ratio and abs(cell.difference) > 0.2}
    assert far == {("gigaword", Fraction(1, 64))}
