from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from audition.memory import Fit, MemoryPlanner, MicroBatch, estimate_memory, fit, largest_micro_batch, shards_needed
from audition.plugins.catalog import Catalog
from audition.plugins.loading import load_plugins
from audition.recipes.loading import load_recipe
from audition.text.sizes import GIB
from audition.types import Recipe

if TYPE_CHECKING:
    from audition.types import Method, ModelSpec

MODELS = {offer.entry.name: offer.entry for offer in Catalog(load_plugins()).models.values()}
PAPER = load_recipe("paper")
CARDS = [2, 4, 6, 8, 12, 16, 24, 40, 48, 80, 160]


def fitted(model: str, gib: float, recipe: Recipe = PAPER, *, may_be_lossy: bool = True) -> Fit:
    found = fit(MODELS[model], recipe, round(gib * GIB), precision="bf16", may_be_lossy=may_be_lossy)
    assert found is not None
    return found


def lossiness(found: Fit) -> int:
    if found.recipe is None:
        return 9
    rungs = ["adamw", "adamw-8bit", "lora", "int8", "nf4"]
    recipe = found.recipe
    name = recipe.optimiser if recipe.method == "full" else "lora" if recipe.method == "lora" else recipe.quantisation
    return rungs.index(name)


@pytest.mark.parametrize("model", [name for name in MODELS if not name.startswith("tiny/")])
def test_a_larger_card_never_needs_a_lossier_setting(model: str) -> None:
    steps = [lossiness(fitted(model, gib)) for gib in CARDS]
    assert steps == sorted(steps, reverse=True)


@pytest.mark.parametrize("model", [name for name in MODELS if not name.startswith("tiny/")])
def test_what_fits_is_within_the_budget(model: str) -> None:
    for gib in CARDS:
        found = fitted(model, gib)
        assert (found.recipe is not None) == (found.estimate.total <= gib * GIB)


def test_a_small_model_fits_as_the_recipe_says() -> None:
    found = fitted("gpt2", 24)
    assert (found.verdict, found.recipe, found.is_lossless) == ("fits", PAPER, True)


def test_micro_batches_and_checkpointing_come_before_what_changes_the_loss() -> None:
    found = fitted("facebook/bart-large", 8)
    assert found.verdict.startswith("fits with ")
    assert found.is_lossless
    assert found.recipe is not None
    assert (found.recipe.method, found.recipe.optimiser) == ("full", "adamw")


def test_a_large_model_needs_quantised_weights_on_a_small_card_and_fits_none_smaller() -> None:
    found = fitted("facebook/opt-6.7b", 8)
    assert found.recipe is not None
    assert found.recipe.method == "qlora"
    assert not found.is_lossless
    assert fitted("facebook/opt-6.7b", 8, may_be_lossy=False).verdict == "does not fit"
    assert fitted("facebook/opt-6.7b", 2).verdict == "does not fit"


def test_a_recipe_that_asks_for_lora_is_never_given_full_fine_tuning() -> None:
    found = fitted("gpt2", 80, replace(PAPER, method="lora"))
    assert found.recipe is not None
    assert found.recipe.method == "lora"
    assert found.verdict == "fits"


def test_every_step_towards_less_memory_needs_less() -> None:
    def need(**changes: object) -> int:
        recipe = replace(PAPER, batch_sizes=(8,), **changes)  # type: ignore[arg-type]  # fields of Recipe
        found = estimate_memory(MODELS["gpt2-xl"], recipe, precision="bf16")
        assert found is not None
        return found.total

    full, eight_bit, lora = need(), need(optimiser="adamw-8bit"), need(method="lora")
    int8, nf4 = need(method="qlora", quantisation="int8"), need(method="qlora")
    assert full > eight_bit > lora > int8 > nf4
    assert need(checkpointing=True) < full
    assert need(attention="eager") > full


def test_all_experts_of_a_sparse_model_are_held() -> None:
    few, many = (estimate_memory(MODELS[f"google/switch-base-{n}"], PAPER, precision="fp32") for n in (8, 32))
    assert few is not None
    assert many is not None
    n_more = (MODELS["google/switch-base-32"].n_params or 0) - (MODELS["google/switch-base-8"].n_params or 0)
    assert many.weights - few.weights == 4 * n_more
    assert many.activations == few.activations, "a token meets one expert, however many there are"


def test_the_lengths_of_a_task_decide_over_the_limits_of_the_recipe() -> None:
    recipe = Recipe(name="r", batch_sizes=(4,))
    assert largest_micro_batch(recipe) == MicroBatch(n_rows=4, n_input_tokens=512, n_target_tokens=256)
    short = largest_micro_batch(recipe, [(30, 5), (60, 10), (20, 40)])
    assert short == MicroBatch(n_rows=4, n_input_tokens=60, n_target_tokens=40)
    assert largest_micro_batch(replace(recipe, micro_batch_tokens=100), [(60, 10)]).n_rows == 1


def test_fewer_of_the_larger_cards_can_share_a_model_and_fewer_than_two_is_no_answer() -> None:
    model = MODELS["facebook/opt-6.7b"]
    needed = [shards_needed(model, PAPER, gib * GIB, precision="bf16") for gib in (2, 24, 48, 80)]
    assert needed == [None, 8, 4, 2]
    shared = replace(PAPER, n_shards=4)
    assert shards_needed(model, shared, 80 * GIB, precision="bf16") == 8, "the recipe asks for four already"


@pytest.mark.parametrize("method", ["full", "lora", "qlora"])
@pytest.mark.parametrize("model", ["gpt2-xl", "facebook/opt-6.7b", "google/mt5-large", "microsoft/phi-2"])
def test_each_of_more_devices_holds_less(model: str, method: Method) -> None:
    recipe = replace(PAPER, method=method, checkpointing=True, batch_sizes=(8,))
    needs = [estimate_memory(MODELS[model], replace(recipe, n_shards=n), precision="bf16") for n in (2, 4, 8)]
    totals = [need.total for need in needs if need is not None]
    assert totals == sorted(totals, reverse=True)
    assert len(set(totals)) == 3


def test_devices_that_share_a_model_share_the_rows_of_a_batch() -> None:
    recipe = replace(PAPER, batch_sizes=(9,), micro_batch_tokens=10**6)
    assert [largest_micro_batch(replace(recipe, n_shards=n)).n_rows for n in (1, 2, 4, 16)] == [9, 5, 3, 1]


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
