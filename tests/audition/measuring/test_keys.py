from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest

from audition.measuring.keys import measurement_key
from audition.recipes.loading import load_recipe
from audition.types import Recipe
from audition.types.recipes import ADDED
from worlds.toy_requests import ask

OTHER: dict[str, Any] = {
    "quantisation": "int8",
    "lora_rank": 4,
    "lora_alpha": 8.0,
    "lora_dropout": 0.1,
    "optimiser": "adamw-8bit",
    "checkpointing": True,
    "attention": "eager",
    "tf32": True,
    "deterministic": False,
    "n_shards": 2,
    "truncate": "start",
    "train_on": "all-assistant",
    "min_steps": 200,
    "n_validations": 8,
    "rate_factor": 2.5,
    "rate_growth": 0.6,
}


def key(recipe: Recipe) -> str:
    return measurement_key(ask(100, recipe), weights="w", device_kind="cpu", adapter="toy of audition 0")


@pytest.mark.parametrize("field", sorted(ADDED))
def test_recipe_field_added_later_changes_the_key_only_where_it_is_used(field: str) -> None:
    recipe = load_recipe("quick")
    used: dict[str, Any] = {field: OTHER[field]}
    unused: dict[str, Any] = {field: getattr(Recipe(name=""), field)}
    assert key(replace(recipe, **used)) != key(recipe) == key(replace(recipe, **unused))


def test_every_field_added_later_is_a_field() -> None:
    assert {each.name for each in fields(Recipe)} >= ADDED
    assert set(OTHER) == ADDED


def test_a_key_names_the_encoding_only_where_rows_are_encoded_anew() -> None:
    recipe = load_recipe("quick")
    plain = measurement_key(ask(100, recipe), weights="w", device_kind="cpu", adapter="toy of audition 0", encoding={})
    anew = measurement_key(
        ask(100, recipe), weights="w", device_kind="cpu", adapter="toy of audition 0", encoding={"encoding": 2}
    )
    assert plain == key(recipe) != anew
