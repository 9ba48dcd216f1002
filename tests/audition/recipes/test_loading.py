from __future__ import annotations

from dataclasses import Field, fields, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audition.errors import UsageError
from audition.recipes.loading import load_recipe, recipe_names
from audition.testing.toy import TOY_MODEL
from audition.types import Recipe
from audition.types.recipes import learning_rate_by_size
from worlds.paths import ROOT


def write(text: str, name: str = "mine.toml") -> str:
    Path(name).write_text(text, encoding="utf-8")
    return f"./{name}"


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
    assert [load_recipe(name).name for name in recipe_names()] == ["paper", "quick"]


def test_card_of_the_task_wins_over_the_card_of_any_task_and_over_the_size() -> None:
    model = replace(TOY_MODEL, n_params=10**9, learning_rates=(("*", 0.1), ("flan", 0.2)))
    recipe = Recipe(name="r")
    assert recipe.learning_rate_for(model, "flan") == 0.2
    assert recipe.learning_rate_for(model, "wmt19") == 0.1
    assert recipe.learning_rate_for(replace(model, learning_rates=()), "flan") == 3e-5


def test_rule_by_size_gives_the_documented_values() -> None:
    sizes = {None: 3e-5, 10**6: 4.8e-4, 124_000_000: 6.9e-5, 10**9: 3e-5, 7 * 10**9: 1.4e-5, 10**12: 1e-5, 1: 1e-3}
    assert {n_params: learning_rate_by_size(n_params) for n_params in sizes} == sizes


@given(st.integers(1, 10**12), st.integers(1, 10**12))
def test_larger_models_never_get_a_higher_rate(one: int, other: int) -> None:
    assert learning_rate_by_size(max(one, other)) <= learning_rate_by_size(min(one, other))


def test_user_file_extends_a_recipe_and_takes_its_own_name() -> None:
    recipe = load_recipe(write('extends = "quick"\nepochs = 5\nlearning_rates = [1e-3]\nn_test = "all"\n'))
    assert recipe == replace(load_recipe("quick"), name="mine", epochs=5, learning_rates=(1e-3,), n_test=None)


def test_user_file_without_extends_starts_from_the_defaults() -> None:
    assert load_recipe(write('name = "bare"\n')) == Recipe(name="bare")


def test_every_field_can_be_set_in_a_file() -> None:
    text = """
        name = "full"
        method = "full"
        precision = "fp32"
        learning_rates = [1e-3, 1]
        batch_sizes = [4]
        micro_batch_tokens = 100
        epochs = 7
        patience = 2
        warmup_ratio = 0
        weight_decay = 0
        max_grad_norm = 2
        max_input_tokens = 10
        max_target_tokens = 11
        n_validation = 12
        n_test = 13
        quantisation = "int8"
        lora_rank = 4
        lora_alpha = 8
        lora_dropout = 0.1
        optimiser = "adamw-8bit"
        checkpointing = true
        attention = "eager"
        tf32 = true
        deterministic = false
        n_shards = 2
        truncate = "start"
        train_on = "all-assistant"
    """
    recipe = load_recipe(write(text))
    assert all(f"{field.name} =" in text for field in fields(Recipe))
    assert recipe.learning_rates == (1e-3, 1.0)
    assert (recipe.max_grad_norm, recipe.n_validation, recipe.n_test) == (2.0, 12, 13)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("epochs = 0", "'epochs' must be a whole number of at least 1, got 0"),
        ("epochs = 2.5", "'epochs' must be a whole number of at least 1, got 2.5"),
        ("epochs = true", "'epochs' must be a whole number of at least 1, got True"),
        ("patience = '3'", "'patience' must be a whole number of at least 1, got '3'"),
        ("warmup_ratio = 1.5", "'warmup_ratio' must be a number of at least 0 and at most 1, got 1.5"),
        ("weight_decay = nan", "'weight_decay' must be a number of at least 0, got nan"),
        ("max_grad_norm = 0", "'max_grad_norm' must be a number above 0, got 0"),
        (
            "learning_rates = 1e-3",
            "'learning_rates' must be a list of different numbers above 0 and at most 1, or empty",
        ),
        ("learning_rates = [1e-3, -1.0]", "'learning_rates' must be a list of different numbers above 0"),
        ("learning_rates = ['fast']", "'learning_rates' must be a list of different numbers above 0"),
        ("batch_sizes = []", "'batch_sizes' must be a list of different whole numbers of at least 1, got []"),
        ("batch_sizes = [8, 8]", "'batch_sizes' must be a list of different whole numbers of at least 1, got [8, 8]"),
        ("precision = 'fp16'", "'precision' must be 'auto' or 'fp32' or 'bf16', got 'fp16'"),
        ("method = 'prefix'", "'method' must be 'full' or 'lora' or 'qlora', got 'prefix'"),
        ("name = ' '", "'name' must be a non-empty string, got ' '"),
        ("n_test = 'some'", "'n_test' must be a whole number of at least 1, or 'all', got 'some'"),
        ("extends = 'slow'", "'extends' must be paper or quick, got 'slow'"),
        ("extends = ['quick']", "'extends' must be paper or quick, got ['quick']"),
        ("epoch = 3", "no recipe field called 'epoch'. Did you mean epochs"),
        ("quantisation = 'int4'", "'quantisation' must be 'nf4' or 'int8', got 'int4'"),
        ("lora_dropout = 0.95", "'lora_dropout' must be a number of at least 0 and at most 0.9, got 0.95"),
        ("checkpointing = 1", "'checkpointing' must be true or false, got 1"),
        ("n_shards = 0", "'n_shards' must be a whole number of at least 1, got 0"),
        ("epochs = = 3", "not valid TOML"),
    ],
)
def test_damaged_file_is_answered_by_one_line_that_names_file_and_field(line: str, message: str) -> None:
    path = write(line + "\n")
    with pytest.raises(UsageError) as caught:
        load_recipe(path)
    assert str(caught.value).startswith("./mine.toml: ")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def documentation() -> str:
    return (ROOT / "docs" / "recipes.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("field", fields(Recipe), ids=lambda field: field.name)
def test_documentation_gives_the_default_and_the_shipped_values_of_every_field(field: Field[Any]) -> None:
    row = next(line for line in documentation().splitlines() if line.startswith(f"| `{field.name}`"))
    cells = [cell.strip() for cell in row.split("|")[2:5]]
    if field.name == "name":
        assert cells == ["the file's", "`paper`", "`quick`"]
    else:
        recipes = (Recipe(name=""), load_recipe("paper"), load_recipe("quick"))
        assert cells == [f"`{shown(getattr(recipe, field.name))}`" for recipe in recipes]


def shown(value: object) -> str:
    if value is None:
        return '"all"'
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
