from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest

from audition.errors import UsageError
from audition.laws import RectifiedLaw
from audition.testing import D_FULL, SIZES, SpyProblem, power_law
from audition.types import Point
from audition_plugins.selectors.our_fit import OurFit
from worlds.recorded_world import pear_corr, published, recorded_problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from audition.types import Ranking

RNG = np.random.default_rng(0)
LAW = RectifiedLaw(b=400.0, d_l=60.0, beta=0.6, e=0.8)
LOSSES = {"a": power_law(20, 0.3), "b": power_law(10, 0.2), "c": power_law(10, 0.2)}
CELLS = [row for row in published("table11") if row["selector"] == "OurFit" and row["metric"] == "PearCorr"]


def law_of(law: RectifiedLaw) -> Callable[[int], float]:
    return lambda n: float(law.loss(n))


def audition_failing(size: int) -> tuple[Ranking, tuple[int, ...]]:
    problem = SpyProblem({"a": power_law(20, 0.3)}, failing={Point("a", size): "out-of-memory"})
    return OurFit().select(problem, RNG), problem.sizes_measured("a")


@pytest.mark.slow
def test_published_it_correlates_with_the_truth_as_in_table_11() -> None:
    """Within 3 points on average; the optimiser of the published numbers is not known, which shows below 1/64."""
    assert len(CELLS) == 21
    differences = {
        (cell["task"], cell["ratio"]): pear_corr(
            cell["task"], OurFit().select(recorded_problem(cell["task"], cell["ratio"]), RNG)
        )
        - float(cell["value"])
        for cell in CELLS
    }
    assert np.abs(list(differences.values())).mean() <= 2.5
    large = [abs(difference) for (_, ratio), difference in differences.items() if int(ratio[2:]) <= 64]
    assert max(large) <= 2.5


@pytest.mark.parametrize("fit", ["published", "optimum"])
def test_a_rectified_curve_is_extrapolated(fit: str) -> None:
    ranking = OurFit(fit=fit).select(SpyProblem({"a": law_of(LAW)}), RNG)  # type: ignore[arg-type]
    assert ranking.models[0].predicted_loss == pytest.approx(law_of(LAW)(D_FULL), rel=0.02)
    assert ranking.models[0].score == -ranking.models[0].predicted_loss  # type: ignore[operator]


def test_it_asks_for_all_sizes_and_for_the_zero_shot_loss() -> None:
    problem = SpyProblem(LOSSES)
    ranking = OurFit().select(problem, RNG)
    assert {o.n_samples for o in problem.receipt} == {*SIZES, 0} == set(OurFit().plan(SIZES))
    assert sorted(row.model for row in ranking.models) == ["a", "b", "c"]


def test_a_failed_measurement_ends_the_ladder_and_a_line_goes_through_what_there_is() -> None:
    ranking, measured = audition_failing(400)
    assert measured == (1600, 800, 400), "neither 200 nor zero-shot is tried after the failure"
    assert ranking.models[0].predicted_loss == pytest.approx(power_law(20, 0.3)(D_FULL))
    assert ranking.models[0].notes == ("only 2 of the 4 points that a law takes: a straight line through 2",)


def test_one_loss_is_scored_as_it_is() -> None:
    ranking, _ = audition_failing(800)
    assert ranking.models[0].score == -power_law(20, 0.3)(1600)
    assert ranking.models[0].predicted_loss is None
    assert ranking.models[0].notes == ("only 1 of the 4 points that a law takes: its loss as it is",)


def test_a_candidate_that_fails_at_once_is_not_ranked() -> None:
    ranking, _ = audition_failing(1600)
    assert (ranking.models[0].rank, ranking.models[0].status) == (None, "out-of-memory")
    assert ranking.models[0].notes == ("a at 1600: a failure on purpose",)


def test_without_a_zero_shot_loss_it_fits_the_sizes_it_has() -> None:
    ranking, _ = audition_failing(0)
    assert ranking.models[0].notes == ()
    assert ranking.models[0].predicted_loss == pytest.approx(power_law(20, 0.3)(D_FULL), rel=0.1)


def test_an_unknown_fit_is_refused() -> None:
    with pytest.raises(UsageError, match="option 'fit' of 'our-fit' must be published or optimum, got 'best'"):
        OurFit(fit="best")  # type: ignore[arg-type]


def test_losses_that_do_not_fall_are_not_extrapolated() -> None:
    """The best law through them hardly falls, and ends below what was measured last."""
    rising = SpyProblem(
        {"rising": lambda n: 2.0 + 0.1 * math.log2(n / 200) if n else 3.0, "even": power_law(4.5, 0.08)}
    )
    rows = {row.model: row for row in OurFit().select(rising, np.random.default_rng(0)).models}
    assert (rows["rising"].score, rows["rising"].predicted_loss) == (-(2.0 + 0.1 * 3), None)
    assert "not extrapolated: its loss at 1,600 as it is" in rows["rising"].notes[0]
    assert rows["even"].predicted_loss is not None


def test_a_fit_through_as_many_points_as_parameters_has_no_freedom() -> None:
    def flags(n_sizes: int) -> tuple[str, ...]:
        problem = SpyProblem({"a": power_law(20, 0.3)}, sizes=SIZES[:n_sizes])
        return OurFit().select(problem, np.random.default_rng(0)).models[0].flags

    assert [flags(n_sizes) for n_sizes in (4, 3, 2)] == [(), ("no-freedom",), ("no-freedom",)]
