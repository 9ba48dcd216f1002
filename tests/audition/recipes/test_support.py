from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from audition.errors import UsageError
from audition.training.methods import check_recipe, preparation_of
from worlds.model_requests import RECIPE, recipe
from worlds.prepared_models import LORA, QLORA


@pytest.mark.parametrize(
    ("fields", "is_cuda", "precision", "message"),
    [
        ({"attention": "flash"}, False, "bf16", "attention 'flash' needs a CUDA device, got 'cpu'"),
        ({"attention": "flash"}, True, "fp32", "attention 'flash' needs precision 'bf16', got 'fp32'"),
        ({"attention": "flash"}, True, "bf16", "needs the package 'flash-attn', which is not installed"),
        (LORA, False, "fp32", "method 'lora' needs the package 'peft', which is not installed"),
        (QLORA, True, "bf16", "method 'qlora' needs the package 'peft', which is not installed"),
        ({"optimiser": "paged-adamw"}, True, "fp32", "optimiser 'paged-adamw' needs the package 'bitsandbytes'"),
    ],
)
def test_recipe_that_cannot_be_followed_here_is_refused_before_anything_is_loaded(
    fields: dict[str, Any], is_cuda: bool, precision: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # an environment without the optional packages, which this one has
    monkeypatch.setattr("audition.recipes.support.find_spec", lambda _name: None)
    with pytest.raises(UsageError, match=message):
        check_recipe(recipe(**fields), precision=precision, is_cuda=is_cuda)


@pytest.mark.parametrize("fields", [{}, LORA, QLORA, {"optimiser": "paged-adamw-8bit"}, {"attention": "eager"}])
def test_what_is_installed_here_is_accepted(fields: dict[str, Any]) -> None:
    check_recipe(recipe(**fields), precision="fp32", is_cuda=False)


@pytest.mark.parametrize(
    "change",
    [
        LORA,
        {"quantisation": "int8"},
        {"lora_rank": 2},
        {"lora_alpha": 1.0},
        {"lora_dropout": 0.5},
        {"attention": "eager"},
        {"checkpointing": True},
        {"precision": "bf16"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_model_must_be_loaded_again_for_another_method(change: dict[str, Any]) -> None:
    assert preparation_of(replace(RECIPE, **change)) != preparation_of(RECIPE)


def test_model_stays_loaded_for_other_learning_rates() -> None:
    other = replace(RECIPE, name="other", learning_rates=(0.5,), epochs=9, optimiser="adamw-8bit")
    assert preparation_of(other) == preparation_of(RECIPE)
