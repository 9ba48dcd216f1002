from __future__ import annotations

from dataclasses import fields

import pytest

from audition.errors import UsageError
from audition.recipes.loading import load_recipe
from audition.types import Recipe
from worlds.recipe_files import write


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
        min_steps = 200
        n_validations = 8
        rate_factor = 2.5
        rate_growth = 0.6
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
        ("extends = 'slow'", "'extends' must be one-rate or paper or quick or standard, got 'slow'"),
        ("extends = ['quick']", "'extends' must be one-rate or paper or quick or standard, got ['quick']"),
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
