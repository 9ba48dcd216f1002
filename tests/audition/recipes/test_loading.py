from __future__ import annotations

from dataclasses import Field, fields, replace
from pathlib import Path
from typing import Any

import pytest

from audition.errors import UsageError
from audition.recipes.loading import load_recipe, recipe_names
from audition.testing.toy import TOY_MODEL
from audition.types import Recipe
from worlds.paths import ROOT
from worlds.recipe_files import write


def test_paper_recipe_is_the_protocol_of_the_paper() -> None:
    recipe = load_recipe("paper")
    assert (recipe.epochs, recipe.patience) == (20, 3)
    assert recipe.grid == len(recipe.learning_rates) * len(recipe.batch_sizes) > 1
    assert recipe.n_validation is recipe.n_test is None


def test_quick_recipe_trains_two_epochs_at_the_rate_of_the_card() -> None:
    recipe = load_recipe("quick")
    assert (recipe.epochs, recipe.batch_sizes, recipe.n_validation, recipe.n_test) == (2, (8,), 300, 500)
    assert recipe.learning_rates == ()
    assert recipe.learning_rate_for(TOY_MODEL, "any task") == 0.03


def test_every_shipped_recipe_loads_and_carries_its_name() -> None:
    assert [load_recipe(name).name for name in recipe_names()] == ["one-rate", "paper", "quick", "standard"]


def test_user_file_extends_a_recipe_and_takes_its_own_name() -> None:
    recipe = load_recipe(write('extends = "quick"\nepochs = 5\nlearning_rates = [1e-3]\nn_test = "all"\n'))
    assert recipe == replace(load_recipe("quick"), name="mine", epochs=5, learning_rates=(1e-3,), n_test=None)


def test_user_file_without_extends_starts_from_the_defaults() -> None:
    assert load_recipe(write('name = "bare"\n')) == Recipe(name="bare")


def documentation() -> str:
    return (ROOT / "docs" / "recipes.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("field", fields(Recipe), ids=lambda field: field.name)
def test_documentation_gives_the_default_and_the_shipped_values_of_every_field(field: Field[Any]) -> None:
    row = next(line for line in documentation().splitlines() if line.startswith(f"| `{field.name}`"))
    cells = [cell.strip() for cell in row.split("|")[2:6]]
    if field.name == "name":
        assert cells == ["the file's", "`standard`", "`paper`", "`quick`"]
    else:
        recipes = (Recipe(name=""), *map(load_recipe, ("standard", "paper", "quick")))
        assert cells == [f"`{shown(field.name, getattr(recipe, field.name))}`" for recipe in recipes]


def shown(name: str, value: object) -> str:
    if value is None:
        return {"rate_factor": '"none"', "n_validations": '"epochs"'}.get(name, '"all"')
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return f"[{', '.join(f'{item:g}' for item in value)}]"
    return f'"{value}"' if isinstance(value, str) else f"{value:g}"


def test_example_of_the_documentation_loads() -> None:
    example = documentation().split("```toml\n")[1].split("```")[0]
    assert load_recipe(write(example)).epochs == 5


def test_missing_file_is_named() -> None:
    with pytest.raises(UsageError, match=r"\./none\.toml: cannot read the recipe: no such file"):
        load_recipe("./none.toml")


def test_file_that_is_not_text_is_named() -> None:
    Path("binary.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match=r"binary\.toml: a recipe must be UTF-8 text"):
        load_recipe("binary.toml")


def test_unknown_name_offers_near_misses_and_says_how_to_give_a_file() -> None:
    with pytest.raises(UsageError, match=r"no recipe called 'quik'. Did you mean quick\? A file must be given as"):
        load_recipe("quik")
