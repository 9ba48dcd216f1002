from __future__ import annotations

from fractions import Fraction
from statistics import fmean
from typing import TYPE_CHECKING

import pytest

from audition.budgets.budget import TotalSpend
from audition.errors import BudgetExceeded, UsageError
from audition.measuring.problem import MeteredProblem
from audition.measuring.recorded import RecordedLosses
from audition.testing import toy_model
from audition.types import LossCurve
from audition_plugins.published import TASKS, audition_curves
from audition_plugins.selectors.race import Race
from worlds.ranked_names import RNG
from worlds.recorded_world import recorded_problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from audition.types import Ranking

D_FULL = 25_600
SIZES = (3200, 1600, 800, 400, 200, 100, 50)


def problem(
    scales: Mapping[str, float],
    limit: float = 1e12,
    params: Mapping[str, int] | None = None,
    own_sizes: Mapping[str, tuple[int, ...]] | None = None,
) -> MeteredProblem:
    """Return candidates whose losses are `scale` times the same power law."""
    curves = [
        LossCurve(
            model=name,
            task="toy",
            loss_unit="nats/byte",
            n_samples=(0, *reversed(SIZES)),
            loss=(scale, *(scale * size**-0.1 for size in reversed(SIZES))),
            source="made up",
        )
        for name, scale in scales.items()
    ]
    return MeteredProblem(
        candidates=tuple(toy_model(name, n_params=(params or {}).get(name, 1_000_000)) for name in scales),
        sizes=SIZES,
        d_full=D_FULL,
        loss_unit="nats/byte",
        budget=TotalSpend(limit, "samples", Fraction(1, 8)),
        losses=RecordedLosses(curves),
        own_sizes=own_sizes or {},
    )


def race(of: MeteredProblem, **options: float) -> Ranking:
    return Race(**options).select(of, RNG)


def measured(of: MeteredProblem, size: int) -> list[str]:
    return [each.model for each in of.receipt if each.n_samples == size]


def test_of_thirty_models_the_best_is_found_at_a_thirtieth_of_the_cost() -> None:
    rel_acc, cost = [], []
    for task in TASKS:
        of = recorded_problem(task, "1/8")
        best = race(of).best
        assert best is not None
        truth = {curve.model: curve.loss[-1] for curve in audition_curves(task)}
        worst, least = max(truth.values()), min(truth.values())
        rel_acc.append((worst - truth[best.model]) / (worst - least))
        cost.append(sum(each.n_samples for each in of.receipt) / (of.d_full * len(truth)))
    assert fmean(rel_acc) >= 0.995
    assert fmean(cost) <= 0.04


def test_everybody_runs_four_sizes_and_the_promising_run_on() -> None:
    of = problem({f"m{n:02}": 2.0 + 0.002 * n for n in range(20)})
    ranking = race(of)
    assert [len(measured(of, size)) for size in (0, *reversed(SIZES))] == [20, 20, 20, 20, 20, 12, 8, 2]
    assert [row.model for row in ranking.models[:2]] == ["m00", "m01"]
    assert all(row.score is not None and row.interval is not None for row in ranking.models)


def test_a_race_that_is_decided_ends() -> None:
    of = problem({"best": 1.0, **{f"m{n}": 3.0 + n for n in range(9)}})
    race(of)
    assert measured(of, 800) == []
    of = problem({"best": 1.0, **{f"m{n}": 3.0 + n for n in range(9)}})
    race(of, sure=1.0)
    assert len(measured(of, 400)) == 10


def test_few_candidates_all_run_as_far_as_the_budget_pays() -> None:
    of = problem({f"m{n}": 2.0 + 0.001 * n for n in range(5)})
    race(of)
    assert len(measured(of, SIZES[0])) == 5
    dear = problem({f"m{n}": 2.0 + 0.001 * n for n in range(5)}, limit=5 * (50 + 100 + 200 + 400 + 800 + 1600) + 4800)
    race(dear)
    assert len(measured(dear, SIZES[1])) == 5
    assert measured(dear, SIZES[0]) == []


def test_when_the_budget_ends_the_answer_is_what_is_known() -> None:
    everybody = 10 * (50 + 100 + 200 + 400)
    of = problem({f"m{n}": 2.0 + 0.001 * n for n in range(10)}, limit=everybody + 3 * 800)
    ranking = race(of)
    assert len(measured(of, 800)) == 3
    assert sum(each.n_samples for each in of.receipt) <= everybody + 3 * 800
    assert ranking.best is not None
    tight = problem({f"m{n}": 2.0 + 0.001 * n for n in range(10)}, limit=10 * (50 + 100))
    assert race(tight).best is not None
    assert len(measured(tight, 200)) == 0


def test_a_budget_that_pays_for_nothing_is_refused() -> None:
    with pytest.raises(BudgetExceeded):
        race(problem({f"m{n}": 2.0 for n in range(10)}, limit=40))


def test_a_giant_has_to_be_among_the_very_best_to_run_on() -> None:
    scales = {f"m{n:02}": 2.0 + 0.001 * n for n in range(10)}
    last = problem(scales, params={"m04": 50_000_000})
    race(last)
    assert "m04" not in measured(last, 800)
    assert "m05" in measured(last, 800)
    first = problem(scales, params={"m00": 50_000_000})
    race(first)
    assert "m00" in measured(first, 800)


def test_who_was_recorded_at_larger_sizes_alone_joins_there() -> None:
    late = problem({f"m{n:02}": 2.0 + 0.002 * n for n in range(10)}, own_sizes={"m03": (3200, 1600)})
    ranking = race(late, sure=1.0)
    assert "m03" in measured(late, 1600)
    assert "m03" not in measured(late, 400)
    assert [row.model for row in ranking.models[:1]] == ["m00"]
    assert all(row.score is not None for row in ranking.models)


def test_how_sure_it_has_to_be_is_a_probability() -> None:
    with pytest.raises(UsageError, match="option 'sure' of 'race' must be above 0 and at most 1, got 1.5"):
        Race(sure=1.5)
