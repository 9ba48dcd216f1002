from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from audition.testing import SpyProblem, power_law, toy_model
from audition_plugins.selectors.ats_family import FamilyAcceptThenStop, largest_of_families

if TYPE_CHECKING:
    from audition.types import ModelSpec


def sized(name: str, family: str, n_params: int | None) -> ModelSpec:
    return toy_model(name, family=family, n_params=n_params)


POOL = (sized("a-small", "a", 10), sized("a-large", "a", 20), sized("b-only", "b", 5))


def test_the_largest_of_each_family_is_taken() -> None:
    assert largest_of_families(POOL) == {"a-large", "b-only"}


def test_equal_sizes_are_decided_by_name_whatever_the_order() -> None:
    twins = (sized("y", "a", 10), sized("x", "a", 10))
    assert largest_of_families(twins) == largest_of_families(twins[::-1]) == {"x"}


def test_a_model_of_unknown_size_is_the_smallest() -> None:
    assert largest_of_families((sized("x", "a", None), sized("y", "a", 1))) == {"y"}


def test_only_the_largest_are_measured_and_the_others_come_last_without_a_score() -> None:
    losses = {each.name: power_law(20 if each.family == "a" else 10, 0.3) for each in POOL}
    problem = SpyProblem(losses, models=POOL)
    ranking = FamilyAcceptThenStop().select(problem, np.random.default_rng(0))
    assert [(row.model, row.rank) for row in ranking.models] == [("b-only", 1), ("a-large", 2), ("a-small", None)]
    assert {observation.model for observation in problem.receipt} == {"a-large", "b-only"}
