from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pytest

from audition.errors import UsageError
from audition.testing import D_FULL, SpyProblem, bent, power_law
from audition_plugins.selectors.ats import AcceptThenStop

if TYPE_CHECKING:
    from audition.measuring.problem import MeteredProblem
    from audition.types import Ranking

RNG = np.random.default_rng(0)


def audition(problem: MeteredProblem, **options: float) -> Ranking:
    return AcceptThenStop(**options).select(problem, RNG)  # type: ignore[arg-type]


def test_a_straight_line_is_extrapolated_to_the_full_size() -> None:
    (best,) = audition(SpyProblem({"a": power_law(20, 0.3)})).models
    assert best.predicted_loss == pytest.approx(20 * D_FULL**-0.3, rel=1e-9)
    assert best.score is not None
    assert -best.score == best.predicted_loss


def test_the_curves_that_cross_are_ranked_by_where_they_end() -> None:
    shallow, steep = power_law(4, 0.05), power_law(20, 0.3)
    assert shallow(1600) > steep(1600) or shallow(200) < steep(200)
    ranking = audition(SpyProblem({"shallow": shallow, "steep": steep}))
    assert [row.model for row in ranking.models] == ["steep", "shallow"]


def test_it_stops_at_the_pre_power_phase_and_leaves_that_point_out() -> None:
    sizes = (3200, 1600, 800, 400, 200)
    wobble = {3200: 1.001, 1600: 0.999, 800: 1.001, 400: 1.0, 200: 1.0}
    line = power_law(20, 0.3)
    problem = SpyProblem({"a": lambda n: line(n) * wobble.get(n, 1.0) if n >= 800 else 2.0}, sizes=sizes)
    ranking = audition(problem)
    slope, intercept = np.polyfit(
        np.log([3200, 1600, 800]), np.log([line(n) * wobble[n] for n in (3200, 1600, 800)]), 1
    )
    assert ranking.models[0].predicted_loss == pytest.approx(math.exp(slope * math.log(D_FULL) + intercept), rel=1e-9)


def test_a_size_below_the_stop_is_never_measured() -> None:
    problem = SpyProblem({"a": bent(20, 0.3, 400, 9.0)}, sizes=(1600, 800, 400, 200, 100))
    audition(problem)
    assert problem.sizes_measured("a") == (1600, 800, 400, 200), "200 is tested and refused; 100 is not needed"


def test_the_stop_is_i_stop_above_delta() -> None:
    """Four points, worked by hand: log losses 0, 1, 3 at log sizes 3, 2, 1 (in units of log 2), then the fourth."""
    sizes = (8, 4, 2, 1)
    x, y = np.array([3.0, 2.0, 1.0]) * math.log(2), np.array([0.0, 1.0, 3.0])
    slope, intercept = np.polyfit(x, y, 1)
    sigma = float(np.std(y - (slope * x + intercept)))  # ddof = 0
    for distance, n_used in ((4.9, 4), (5.1, 3)):
        fourth = intercept + distance * sigma
        logs = dict(zip(sizes, (*y, fourth), strict=True))
        problem = SpyProblem({"a": partial(_exp_of, logs)}, sizes=sizes)
        kept = list(sizes[:n_used])
        expected = np.polyval(np.polyfit(np.log(kept), [logs[n] for n in kept], 1), math.log(D_FULL))
        predicted = audition(problem, k=3, delta=5.0).models[0].predicted_loss
        assert predicted == pytest.approx(math.exp(expected), rel=1e-9)


def _exp_of(logs: dict[int, float], n_samples: int) -> float:
    return math.exp(logs.get(n_samples, 9.0))


def test_with_fewer_points_than_k_it_draws_the_line_through_them_and_says_so() -> None:
    ranking = audition(SpyProblem({"a": power_law(20, 0.3)}, sizes=(400, 200)))
    assert ranking.models[0].predicted_loss == pytest.approx(20 * D_FULL**-0.3)
    assert ranking.models[0].notes == ("only 2 of k = 3 points",)
    assert ranking.models[0].flags == ("no-freedom",), "a line has two parameters"


def test_one_point_is_scored_as_it_is_and_predicts_nothing() -> None:
    ranking = audition(SpyProblem({"a": power_law(20, 0.3)}, sizes=(400,)))
    assert ranking.models[0].score == -power_law(20, 0.3)(400)
    assert ranking.models[0].predicted_loss is None


@pytest.mark.parametrize(
    ("options", "message"), [({"k": 2}, "'k' of 'ats' must be at least 3, got 2"), ({"delta": 0}, "above 0")]
)
def test_options_out_of_range_are_refused(options: dict[str, float], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        AcceptThenStop(**options)  # type: ignore[arg-type]


def test_the_published_final_line_leaves_out_the_last_point_when_nothing_stopped() -> None:
    losses = {1600: 1.0, 800: 1.31, 400: 1.69, 200: 2.2}
    problem = SpyProblem({"a": lambda n: losses.get(n, 9.0)})
    slope, intercept = np.polyfit(np.log([1600, 800, 400]), np.log([1.0, 1.31, 1.69]), 1)
    published = AcceptThenStop(delta=1e9, final_line="published").select(problem, RNG).models[0].predicted_loss
    assert published == pytest.approx(math.exp(slope * math.log(D_FULL) + intercept), rel=1e-9)
    assert published != AcceptThenStop(delta=1e9).select(problem, RNG).models[0].predicted_loss


def test_the_published_final_line_is_algorithm_1_where_it_stops() -> None:
    problem = SpyProblem({"a": bent(20, 0.3, 400, 9.0)}, sizes=(1600, 800, 400, 200, 100))
    assert AcceptThenStop(final_line="published").select(problem, RNG) == AcceptThenStop().select(problem, RNG)
