from __future__ import annotations

from fractions import Fraction
from threading import Barrier
from typing import TYPE_CHECKING

import pytest

from audition.budgets.budget import SizeCap, TotalSpend
from audition.errors import BudgetExceeded
from audition.measuring.problem import MeteredProblem
from audition.measuring.recorded import RecordedLosses
from audition.testing import D_FULL, SIZES, power_law, toy_curve, toy_model
from audition.types import Cost, Observation, Point
from audition.types.protocols import SelectionProblem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from audition.budgets.budget import Budget
    from audition.testing import LossOf

TWO = {"a": power_law(20, 0.3), "b": power_law(10, 0.2)}


def problem_of(losses: Mapping[str, LossOf], budget: Budget = SizeCap(Fraction(1))) -> MeteredProblem:  # noqa: B008 - frozen
    return MeteredProblem(
        candidates=tuple(map(toy_model, losses)),
        sizes=SIZES,
        d_full=D_FULL,
        loss_unit="nats/token",
        budget=budget,
        losses=RecordedLosses([toy_curve(name, loss) for name, loss in losses.items()]),
    )


def test_it_is_what_selectors_are_promised() -> None:
    assert isinstance(problem_of(TWO), SelectionProblem)


def test_observations_come_in_the_order_asked() -> None:
    points = [Point("b", 400), Point("a", 200), Point("b", 1600)]
    assert [(o.model, o.n_samples) for o in problem_of(TWO).measure(points)] == points


@pytest.mark.parametrize("point", [Point("a", 3200), Point("a", 300), Point("c", 200), Point("a", -1)])
def test_a_point_beyond_the_budget_is_refused(point: Point) -> None:
    problem = problem_of(TWO)
    with pytest.raises(BudgetExceeded):
        problem.measure([Point("a", 200), point])
    assert problem.receipt == (), "nothing of a refused call is measured"


def test_a_repeat_is_free() -> None:
    problem = problem_of(TWO, budget=TotalSpend(400, "samples"))
    first = problem.measure([Point("a", 400)])
    assert problem.measure([Point("a", 400), Point("a", 400)]) == first * 2
    assert len(problem.receipt) == 1


def test_total_spend_counts_all_candidates_together() -> None:
    problem = problem_of(TWO, budget=TotalSpend(700, "samples"))
    problem.measure([Point("a", 400), Point("b", 200)])
    with pytest.raises(BudgetExceeded, match="would bring it to 800"):
        problem.measure([Point("b", 200), Point("a", 200)])
    assert [(o.model, o.n_samples) for o in problem.receipt] == [("a", 400), ("b", 200)]


def test_every_observation_is_on_the_receipt() -> None:
    problem = problem_of(TWO)
    problem.measure([Point("b", 200)])
    problem.measure([Point("a", 200), Point("b", 1600), Point("a", 0)])
    assert [(o.model, o.n_samples) for o in problem.receipt] == [("a", 200), ("a", 0), ("b", 1600), ("b", 200)]


def test_for_each_returns_results_in_the_order_of_candidates() -> None:
    assert problem_of(TWO).for_each(lambda candidate: candidate.name) == ("a", "b")


class MeetingLosses:
    """Losses that come only when two points are asked for at the same time."""

    slots = 2

    def __init__(self) -> None:
        self.barrier = Barrier(2)
        self.is_cancelled = False

    def planned(self, point: Point) -> Cost:
        return Cost(n_samples=point.n_samples)

    def obtain(self, point: Point) -> Observation:
        if point.model == "broken":
            raise RuntimeError("disk on fire")
        self.barrier.wait(timeout=120)
        return Observation(model=point.model, task="toy", n_samples=point.n_samples, loss=1.0)

    def cancel(self) -> None:
        self.is_cancelled = True
        self.barrier.abort()


def meeting_problem(losses: MeetingLosses, *names: str) -> MeteredProblem:
    return MeteredProblem(
        candidates=tuple(toy_model(name) for name in names),
        sizes=SIZES,
        d_full=1600,
        loss_unit="nats/token",
        budget=TotalSpend(1e9, "samples"),
        losses=losses,
    )


def test_candidates_are_worked_on_at_once() -> None:
    problem = meeting_problem(MeetingLosses(), "a", "b")
    observations = problem.for_each(lambda candidate: problem.measure([Point(candidate.name, 200)])[0])
    assert [observation.model for observation in observations] == ["a", "b"]


def test_points_of_one_call_are_measured_at_once() -> None:
    problem = meeting_problem(MeetingLosses(), "a", "b")
    assert len(problem.measure([Point("a", 200), Point("b", 200)])) == 2


def test_an_error_cancels_what_runs_and_reaches_the_caller() -> None:
    losses = MeetingLosses()
    problem = meeting_problem(losses, "a", "broken")
    with pytest.raises((RuntimeError, OSError)):
        problem.measure([Point("broken", 200), Point("a", 200)])
    assert losses.is_cancelled
