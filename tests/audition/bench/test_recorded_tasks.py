from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from audition.bench import (
    RecordedTask,
    open_recorded_task,
    recorded_tasks,
)
from audition.errors import UsageError
from worlds.bench_cells import LOSSES, LossAt, models, rows_of, task

if TYPE_CHECKING:
    from audition.plugins.catalog import Catalog


def test_the_fingerprint_of_a_task_is_of_its_losses_alone(toy_catalog: Catalog) -> None:
    opened = open_recorded_task(toy_catalog, "toy")
    renamed = tuple(replace(curve, source="elsewhere") for curve in reversed(opened.curves))
    assert replace(opened, curves=renamed, spec=None).fingerprint == opened.fingerprint
    first, *rest = opened.curves
    changed = (replace(first, loss=(*first.loss[:-1], 0.5)), *rest)
    assert replace(opened, curves=changed).fingerprint != opened.fingerprint


def test_a_task_names_the_plugins_of_its_curves_models_and_itself(toy_catalog: Catalog) -> None:
    (record,) = toy_catalog.plugins.records
    audition, toys = open_recorded_task(toy_catalog, "toy").made_with.split("; ")
    assert audition.startswith("audition ")
    assert toys == record.definition


def test_flops_are_unknown_where_the_lengths_of_examples_are() -> None:
    unknown = RecordedTask(name="toy", models=models(), curves=task().curves, spec=None)
    (row,) = rows_of(LossAt(size=400), tasks=[unknown])
    assert (row.flops, row.flops_spent, row.n_samples) == (None, None, 1200)


def test_tasks_are_those_with_recorded_curves_at_every_ratio(toy_catalog: Catalog) -> None:
    assert [task.name for task in recorded_tasks(toy_catalog, [Fraction(1, 8)])] == ["toy"]
    with pytest.raises(UsageError, match="no listed task has recorded curves at ratios 1/8, 1/16"):
        recorded_tasks(toy_catalog, [Fraction(1, 8), Fraction(1, 16)])


def test_a_task_has_the_models_that_have_a_curve(toy_catalog: Catalog) -> None:
    assert [model.name for model in open_recorded_task(toy_catalog, "toy").models] == list(LOSSES)
