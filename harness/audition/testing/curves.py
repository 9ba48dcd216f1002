"""What recorded curves must be. Inherit from `CurvesConformance` and give it a task and its curves.

class TestMyCurves(CurvesConformance):
    @pytest.fixture
    def task(self):
        return "my-task"

    @pytest.fixture
    def curves(self, task):
        return list(my_plugin.audition_curves(task))
"""
# ruff: noqa: D102 - the names of tests are their documentation

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest

from audition.testing.promises import promise, require
from audition.types import LossCurve


class CurvesConformance:
    """Tests that the recorded curves of one task pass."""

    @pytest.fixture
    def task(self) -> str:
        """Return the task that the curves are of."""
        raise NotImplementedError("name the task of the curves under test: a fixture 'task' that returns it")

    @pytest.fixture
    def curves(self, task: str) -> Sequence[LossCurve]:
        """Return the curves under test."""
        raise NotImplementedError("give the curves under test: a fixture 'curves' that returns them")

    @promise(
        "a plugin that knows a task has curves of it",
        keep="return a LossCurve a model, whose task is the one asked for",
    )
    def test_they_are_of_the_task(self, task: str, curves: Sequence[LossCurve]) -> None:
        require(bool(curves), f"there is none of {task!r}")
        for curve in curves:
            require(curve.task == task, f"the one of {curve.model!r} is of {curve.task!r}, not of {task!r}")

    @promise(
        "a model has one curve a task and loss unit",
        keep="average over seeds, and give runs of another recipe another model name",
    )
    def test_no_model_has_two(self, curves: Sequence[LossCurve]) -> None:
        keys = [(curve.model, curve.loss_unit) for curve in curves]
        twice = sorted({model for model, unit in keys if keys.count((model, unit)) > 1})
        require(not twice, f"{', '.join(map(repr, twice))} has several")

    @promise(
        "a curve has ascending sizes, one loss each",
        keep="sort by n_samples, drop repeats, and begin with 0 only if the zero-shot loss was measured",
    )
    def test_sizes_ascend_and_each_has_a_loss(self, curves: Sequence[LossCurve]) -> None:
        for curve in curves:
            sizes = list(curve.n_samples)
            is_whole = all(isinstance(size, int) and size >= 0 for size in sizes)
            require(is_whole and sizes == sorted(set(sizes)), f"the sizes of {curve.model!r} are {sizes}")
            require(
                len(sizes) == len(curve.loss), f"{curve.model!r} has {len(sizes)} sizes and {len(curve.loss)} losses"
            )

    @promise(
        "a recorded loss is a positive number",
        keep="leave out sizes whose fine-tuning failed; losses are in nats, not accuracies and not log-likelihoods",
    )
    def test_losses_are_positive_numbers(self, curves: Sequence[LossCurve]) -> None:
        for curve in curves:
            bad = [loss for loss in curve.loss if not (math.isfinite(loss) and loss > 0)]
            require(not bad, f"{curve.model!r} has {bad[:3]}")

    @promise(
        "curves of one task can be compared",
        keep="record all models in one loss unit, at sizes that they share",
    )
    def test_they_share_sizes_and_unit(self, curves: Sequence[LossCurve]) -> None:
        for unit in {curve.loss_unit for curve in curves}:
            sizes = [set(curve.n_samples) - {0} for curve in curves if curve.loss_unit == unit]
            require(bool(set.intersection(*sizes)), f"those in {unit} have no size in common")

    @promise("a recorded loss says where it comes from", keep="name paper, table and what was averaged in `source`")
    def test_they_name_their_source(self, curves: Sequence[LossCurve]) -> None:
        for curve in curves:
            require(bool(curve.source.strip()), f"the curve of {curve.model!r} has no source")
