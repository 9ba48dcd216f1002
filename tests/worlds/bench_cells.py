"""What tests of several rooms share of bench cells."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from audition import hookimpl
from audition.bench import (
    ALL,
    Bench,
    Contestant,
    RecordedTask,
    Row,
)
from audition.testing import power_law, toy_curve, toy_model
from audition.types import Point, Ranking, Score, SelectorEntry, TaskEntry, TaskSpec

if TYPE_CHECKING:
    import numpy as np

    from audition.types import LossCurve, ModelSpec, TaskOptions
    from audition.types.protocols import SelectionProblem, Selector, TaskLoader


SIZES = (200, 400, 800, 1600)  # D_full is 1600


# at 200 examples "early" is ahead, in the end "late" is
LOSSES = {"early": power_law(4, 0.1), "late": power_law(20, 0.4), "poor": power_law(30, 0.3)}


SPEC = TaskSpec(name="toy", description="made up", n_test=10, tokens_per_example=2.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class LossAt:
    """Scores a model by its loss at one size."""

    size: int

    def plan(self, sizes: tuple[int, ...]) -> tuple[int, ...]:
        return (self.size,)

    def select(self, problem: SelectionProblem, rng: np.random.Generator) -> Ranking:
        points = [Point(candidate.name, self.size) for candidate in problem.candidates]
        return Ranking.from_scores(map(Score.of_measured, problem.measure(points)))


@dataclass(frozen=True, slots=True, kw_only=True)
class OnlyTheFirst:
    """Measures one size of one model; the others have no score."""

    def select(self, problem: SelectionProblem, rng: np.random.Generator) -> Ranking:
        first, *rest = sorted(candidate.name for candidate in problem.candidates)
        (observation,) = problem.measure([Point(first, problem.sizes[0])])
        return Ranking.from_scores([Score.of_measured(observation), *(Score(model=name, score=None) for name in rest)])


def models() -> tuple[ModelSpec, ...]:
    return tuple(toy_model(name, n_params=1000 * place) for place, name in enumerate(LOSSES, start=1))


def task() -> RecordedTask:
    curves = tuple(toy_curve(name, loss, SIZES, task="toy") for name, loss in LOSSES.items())
    return RecordedTask(name="toy", models=models(), curves=curves, spec=SPEC)


def rows_of(selector: Selector, ratio: str = "1/4", **changes: Any) -> list[Row]:  # noqa: ANN401
    contestant = Contestant(name="mine", options=(), selector=selector, plugin="ada", version="1.0")
    bench = Bench(
        **{"tasks": [task()], "ratios": [Fraction(ratio)], "contestants": [contestant], "strata": [ALL], **changes}
    )
    return list(bench.rows())


def never(name: str, options: TaskOptions) -> TaskLoader:
    raise AssertionError("a replay opens no task")


class Toys:
    """A plugin with a task, its models and curves, and two selectors."""

    @hookimpl
    def audition_models(self) -> list[ModelSpec]:
        return [*models(), toy_model("without-a-curve")]

    @hookimpl
    def audition_tasks(self) -> list[TaskEntry]:
        return [TaskEntry(name=name, open=never, spec=replace(SPEC, name=name)) for name in ("toy", "bare")]

    @hookimpl
    def audition_curves(self, task: str) -> list[LossCurve]:
        return [toy_curve(name, loss, SIZES, task="toy") for name, loss in LOSSES.items()] if task == "toy" else []

    @hookimpl
    def audition_selectors(self) -> list[SelectorEntry]:
        return [
            SelectorEntry(name="loss-at", make=LossAt, summary="one size", aliases=("LossAt",)),
            SelectorEntry(name="first", make=OnlyTheFirst, summary="one model"),
        ]
