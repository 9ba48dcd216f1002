from __future__ import annotations

import math
from fractions import Fraction

import pytest

from audition.budgets.budget import SizeCap, TotalSpend
from audition.errors import BudgetExceeded
from audition.testing import SIZES, TOY_LOSSES, SpyProblem, power_law, toy_model
from audition.types import Point
from audition.types.protocols import SelectionProblem

TWO = {"a": power_law(20, 0.3), "b": power_law(10, 0.2)}


def test_it_is_what_selectors_are_promised() -> None:
    assert isinstance(SpyProblem(), SelectionProblem)
    assert [model.name for model in SpyProblem().candidates] == list(TOY_LOSSES)


def test_it_remembers_every_call_repeats_and_refusals_too() -> None:
    problem = SpyProblem(TWO)
    problem.measure([Point("a", 200), Point("b", 0)])
    problem.measure(iter([Point("a", 200)]))
    with pytest.raises(BudgetExceeded):
        problem.measure([Point("a", 100)])
    assert problem.calls == [(Point("a", 200), Point("b", 0)), (Point("a", 200),), (Point("a", 100),)]
    assert problem.refused == [(Point("a", 100),)]
    assert problem.sizes_measured("a") == (200,)


def test_losses_are_those_of_the_formulas() -> None:
    (observation,) = SpyProblem(TWO).measure([Point("a", 400)])
    assert observation.loss == 20 * 400**-0.3
    assert (observation.loss_per_token, observation.cost.n_samples) == (observation.loss, 400)


def test_points_fail_as_told() -> None:
    problem = SpyProblem(TWO, failing={Point("a", 400): "out-of-memory"})
    failed, fine = problem.measure([Point("a", 400), Point("b", 400)])
    assert (failed.status, failed.loss, failed.loss_per_token) == ("out-of-memory", None, None)
    assert failed.message == "a at 400: a failure on purpose"
    assert fine.status == "ok"


def test_it_has_a_real_budget() -> None:
    problem = SpyProblem(TWO, budget=TotalSpend(500, "samples", Fraction(1)))
    problem.measure([Point("a", 400)])
    with pytest.raises(BudgetExceeded, match="would bring it to 600"):
        problem.measure([Point("b", 200)])


def test_candidates_may_be_given() -> None:
    models = [toy_model("a", n_params=7), toy_model("b", n_params=None)]
    assert SpyProblem(TWO, models=models, budget=SizeCap(Fraction(1))).candidates == tuple(models)


def test_with_several_slots_measurements_overlap() -> None:
    problem = SpyProblem(TWO, slots=2)
    running: list[str] = []
    most = 0

    def measure(name: str) -> float:
        nonlocal most
        running.append(name)
        most = max(most, len(running))
        (observation,) = problem.measure([Point(name, SIZES[0])])
        running.remove(name)
        return observation.loss or math.nan

    assert all(loss > 0 for loss in problem.for_each(lambda model: measure(model.name)))
    assert most == 2, "each waits for the other to begin"
