from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from audition.selection.plan import Plan, PlannedModel, time_on
from audition.types import Cost, Recipe
from audition_plugins.selectors.ats import AcceptThenStop
from audition_plugins.selectors.guarded import Guarded
from audition_plugins.selectors.race import Race
from audition_plugins.selectors.sub_tuning import SubTuning

if TYPE_CHECKING:
    from audition.types.protocols import Selector
    from worlds.toy_selections import Opens


@pytest.mark.parametrize(
    ("n_slots", "wall"),
    [(1, 9.0), (2, 7.0), (3, 6.0), (4, 5.0), (9, 5.0)],  # two slots: 2 and 5, 1 and 1
)
def test_wall_time_is_that_of_the_slot_that_is_busy_longest(n_slots: int, wall: float) -> None:
    models = tuple(
        PlannedModel(
            model=str(n),
            sizes=(50,),
            n_in_ledger=0,
            cost=Cost(seconds=seconds),
            download_bytes=0,
            download_label="measured",
        )
        for n, seconds in enumerate((2.0, 1.0, 1.0, 5.0))
    )
    plan = Plan(models=models, slots=n_slots, n_shards=1, recipe=Recipe(name="r"), is_calibrated=True)
    assert plan.wall_seconds == wall
    assert replace(plan, n_shards=2).wall_seconds == wall / 2  # costs count the seconds of both devices
    assert replace(plan, is_calibrated=False).wall_seconds is None
    assert replace(plan, crowding=1.5).wall_seconds == 1.5 * wall


def test_the_plan_costs_at_least_what_is_spent(open_selection: Opens) -> None:
    selection, _ = open_selection("good", "fine")
    plan = selection.plan()
    spent = selection.run().spent
    assert plan.cost.n_samples == 2 * (400 + 200 + 100 + 50)
    assert plan.cost.n_samples >= spent.n_samples
    assert plan.cost.samples_processed >= spent.samples_processed
    assert plan.is_calibrated
    assert plan.wall_seconds is not None


def test_a_plan_does_not_charge_for_what_the_ledger_has(open_selection: Opens) -> None:
    selection, _ = open_selection("good", selector=SubTuning())
    selection.run()
    again, _ = open_selection("good", selector=SubTuning())
    plan = again.plan()
    assert plan.models[0].n_in_ledger == 1
    assert plan.cost.samples_processed == 0


def test_a_plan_counts_every_seed_and_knows_the_time_of_every_size(open_selection: Opens) -> None:
    selection, _ = open_selection("good", "fine", selector=Guarded(), seeds=(0, 1))
    plan = selection.plan()
    assert [model.sizes for model in plan.models] == [(400, 200, 100, 50, 0)] * 2
    assert plan.n_measurements == 2 * (2 * 4 + 1)
    for model in plan.models:
        assert len(model.seconds) == 5
        assert sum(filter(None, model.seconds)) == pytest.approx(model.cost.seconds)
    assert not plan.is_in_ledger
    assert not plan.may_end_early
    selection.run()
    again = selection.plan()
    assert again.is_in_ledger
    assert all(set(model.seconds) == {0.0} for model in again.models)


@pytest.mark.parametrize(
    ("selector", "expected"), [(AcceptThenStop(), True), (Race(), True), (Guarded(), False), (SubTuning(), False)]
)
def test_a_plan_says_whether_the_selector_may_end_early(
    open_selection: Opens, selector: Selector, expected: bool
) -> None:
    assert open_selection("good", selector=selector)[0].plan().may_end_early is expected


def test_the_time_of_unequal_candidates_on_two_workers_is_that_of_the_busier() -> None:
    assert time_on(2, [3.0, 2.0, 2.0]) == 4.0
    assert time_on(2, []) == 0.0
