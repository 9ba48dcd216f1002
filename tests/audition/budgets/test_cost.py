from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from audition.budgets.budget import TotalSpend
from audition.budgets.cost import CostModel
from audition.cli.show.summary import plan_rows, plan_sentence, recipe_note
from audition.errors import BudgetExceeded
from audition.measuring.ledger import Ledger
from audition.measuring.live import LiveLosses
from audition.plugins.loading import load_plugins
from audition.recipes.loading import load_recipe
from audition.selection.plan import make_plan
from audition.testing import ToyExecutor
from audition.types import ModelSpec, Recipe
from worlds.open_entries import entry, setting_of

if TYPE_CHECKING:
    from pathlib import Path


def losses_of(spec: ModelSpec, tmp_path: Path, recipe: Recipe) -> LiveLosses:
    ledger = Ledger(str(tmp_path / "ledger.db"))
    return LiveLosses([spec], setting_of(recipe), ledger=ledger, executor=ToyExecutor(), hooks=load_plugins().hooks)


def costs_of(flops_per_second: float | None = None) -> CostModel:
    return CostModel(
        recipe=Recipe(name="r", epochs=1, batch_sizes=(8,)),
        n_seeds=1,
        n_validation=0,
        n_test=0,
        tokens_per_example=10.0,
        calibrations={},
        flops_per_second=flops_per_second,
    )


def test_a_plan_calls_unknown_operations_unknown(tmp_path: Path) -> None:
    recipe = Recipe(name="r", epochs=1, batch_sizes=(8,))
    missing = entry("nobody/has-this-in-a-cache")
    plan = make_plan([missing], (100,), losses_of(missing, tmp_path, recipe), costs_of())
    assert plan.models[0].cost.flops is None
    assert plan_rows(plan)[0]["FLOPs"] == "unknown"
    assert "unknown FLOPs" in plan_sentence(plan)


def test_a_time_by_operations_is_unknown_where_they_are() -> None:
    assert costs_of(1e9).of(entry(""), 100).seconds is None
    assert costs_of(1e9).of(replace(entry(""), n_params=10), 100).seconds == pytest.approx(6 * 10 * 1000 / 1e9)


def test_a_limit_on_operations_does_not_let_unknown_ones_pass() -> None:
    with pytest.raises(BudgetExceeded, match="what a model of unknown size costs in flops is unknown"):
        TotalSpend(1e15, "flops").check(costs_of().of(entry(""), 100))


def test_steps_and_searches_are_counted_as_they_will_be_run() -> None:
    recipe = Recipe(name="r", epochs=4, batch_sizes=(8,), min_steps=200, n_validations=8, rate_factor=2.5)
    costs = replace(costs_of(), recipe=recipe, n_validation=30, n_test=50, tokens_per_example=1.0)
    model = replace(entry("m"), n_params=10**6)
    small, large, untrained = (costs.of(model, size) for size in (50, 3200, 0))
    assert small.samples_processed == 4 * 29 * 50  # four rates, 29 passes: 203 steps
    assert large.samples_processed == 4 * 4 * 3200
    assert untrained.samples_processed == 0
    assert small.flops == pytest.approx(10**6 * (6 * 4 * 29 * 50 + 2 * (4 * 8 * 30 + 50)))
    assert untrained.flops == pytest.approx(10**6 * 2 * 50)


def test_a_plan_says_what_kind_of_recipe_it_is() -> None:
    assert "for demonstrations" in recipe_note(load_recipe("quick"))
    assert "searches its learning rate: up to 4 runs" in recipe_note(load_recipe("standard"))
    assert (
        recipe_note(load_recipe("paper"))
        == recipe_note(replace(load_recipe("standard"), learning_rates=(0.1, 0.2)))
        == ""
    )
