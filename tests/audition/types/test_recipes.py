from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from audition.testing.toy import TOY_MODEL
from audition.types import Recipe
from audition.types.recipes import learning_rate_by_size


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
