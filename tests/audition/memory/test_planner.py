from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from audition.memory import MemoryPlanner
from audition.text.sizes import GIB
from worlds.recorded_models import MODELS, PAPER

if TYPE_CHECKING:
    from audition.types import ModelSpec


def planner(*gib: float, **fields: object) -> MemoryPlanner:
    budgets = tuple(round(each * GIB) for each in gib) or (None,)
    known = {"recipe": replace(PAPER, precision="bf16"), "lengths": (), "is_cuda": True, "budgets": budgets}
    return MemoryPlanner(**{**known, **fields})  # type: ignore[arg-type]  # fields of MemoryPlanner


def test_a_selection_changes_no_loss_to_make_a_candidate_fit_and_says_what_would() -> None:
    found = planner(8)
    assert not found.fits(MODELS["gpt2-xl"], 8 * GIB)
    reason = found.why_not(MODELS["gpt2-xl"], 8 * GIB)
    assert "at least (estimated), the budget is 8 GiB; it fits with LoRA" in reason


def test_how_many_gpus_could_share_a_candidate_is_said() -> None:
    said = planner(24).why_not(MODELS["facebook/opt-6.7b"], 24 * GIB)
    assert said.endswith("; 8 such GPUs can share it (n_shards = 8)")


def test_a_candidate_is_trained_as_the_device_needs_it_whatever_the_budgets() -> None:
    recipe = planner(80, capacity=8 * GIB).adjusted(MODELS["facebook/bart-large"], PAPER)
    assert recipe.checkpointing
    assert planner(8, 80).adjusted(MODELS["facebook/bart-large"], PAPER) == PAPER
    assert replace(recipe, checkpointing=False, micro_batch_tokens=PAPER.micro_batch_tokens) == PAPER


def test_what_makes_a_candidate_fit_is_said_for_each_budget() -> None:
    found = planner(8, 80)
    assert "checkpointing" in found.remark(MODELS["facebook/bart-large"], 8 * GIB)
    assert found.remark(MODELS["facebook/bart-large"], 80 * GIB) == ""
    small, large = (found.need(MODELS["facebook/bart-large"], gib * GIB) for gib in (8, 80))
    assert small is not None
    assert large is not None
    assert small.total <= 8 * GIB < large.total


def test_a_device_smaller_than_the_budget_decides() -> None:
    found = planner(80, capacity=8 * GIB)
    assert not found.fits(MODELS["gpt2-xl"], 80 * GIB)
    assert "the device has 8 GiB" in found.why_not(MODELS["gpt2-xl"], 80 * GIB)


def test_a_model_of_unknown_size_is_compared_with_no_budget_and_tried_on_the_device() -> None:
    unknown: ModelSpec = replace(MODELS["gpt2"], n_params=None, shape=None)
    assert not planner(1).fits(unknown, GIB)
    assert planner(1).why_not(unknown, GIB) == "size unknown: not compared with the memory budget"
    assert planner(1).fits(unknown, None)
    assert planner(80, capacity=8 * GIB).fits(unknown, 8 * GIB)
    assert planner(1).adjusted(unknown, PAPER) == PAPER
    assert planner(1).need(unknown) is None
