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


def test_a_rate_grows_with_the_subset_as_the_recipe_says() -> None:
    model = replace(TOY_MODEL, learning_rates=(("*", 1e-3),))
    recipe = Recipe(name="r", rate_growth=0.5)
    at = {
        size: recipe.with_learning_rates(model, "t", size).learning_rates for size in (1, 32, 800, 3200, 12_800, 10**9)
    }
    assert at == {1: (1.8e-5,), 32: (1e-4,), 800: (5e-4,), 3200: (1e-3,), 12_800: (2e-3,), 10**9: (4e-3,)}
    assert Recipe(name="r").with_learning_rates(model, "t", 50).learning_rates == (1e-3,)
    given = Recipe(name="r", rate_growth=0.5, learning_rates=(0.1,))
    assert given.with_learning_rates(model, "t", 50) == given


def test_a_small_subset_is_passed_over_until_it_has_its_steps() -> None:
    recipe = Recipe(name="r", epochs=4, min_steps=200, n_validations=8)
    assert [recipe.n_epochs(size, 8) for size in (8, 50, 400, 3200)] == [200, 29, 4, 4]
    assert recipe.validation_steps(400, 8) == (25, 50, 75, 100, 125, 150, 175, 200)
    assert replace(recipe, n_validations=None).validation_steps(800, 8) == (100, 200, 300, 400)
    assert replace(recipe, min_steps=0, epochs=1).validation_steps(16, 8) == (1, 2)  # no more validations than steps
