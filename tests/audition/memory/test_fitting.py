from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from audition.memory import Fit, estimate_memory, fit, shards_needed
from audition.text.sizes import GIB
from worlds.recorded_models import MODELS, PAPER

if TYPE_CHECKING:
    from audition.types import Recipe

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


def test_fewer_of_the_larger_cards_can_share_a_model_and_fewer_than_two_is_no_answer() -> None:
    model = MODELS["facebook/opt-6.7b"]
    needed = [shards_needed(model, PAPER, gib * GIB, precision="bf16") for gib in (2, 24, 48, 80)]
    assert needed == [None, 8, 4, 2]
    shared = replace(PAPER, n_shards=4)
    assert shards_needed(model, shared, 80 * GIB, precision="bf16") == 8, "the recipe asks for four already"
