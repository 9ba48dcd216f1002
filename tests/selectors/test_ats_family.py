from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from audition.budget import parse_budget
from audition.problem import MeteredProblem
from audition.recorded import RecordedLosses
from audition_plugins.selectors.ats_family import FamilyAcceptThenStop, largest_of_families
from small_world import SIZES, curve, model, power_law

if TYPE_CHECKING:
    from audition.types import ModelSpec


def sized(name: str, family: str, n_params: int | None) -> ModelSpec:
    return replace(model(name), family=family, n_params=n_params)


POOL = (sized("a-small", "a", 10), sized("a-large", "a", 20), sized("b-only", "b", 5))


def test_the_largest_of_each_family_is_taken() -> None:
    assert largest_of_families(POOL) == {"a-large", "b-only"}


def test_equal_sizes_are_decided_by_name_whatever_the_order() -> None:
    twins = (sized("y", "a", 10), sized("x", "a", 10))
    assert largest_of_families(twins) == largest_of_families(twins[::-1]) == {"x"}


def test_a_model_of_unknown_size_is_the_smallest() -> None:
    assert largest_of_families((sized("x", "a", None), sized("y", "a", 1))) == {"y"}


def test_only_the_largest_are_measured_and_the_others_come_last_without_a_score() -> None:
    curves = [curve(name.name, power_law(20 if name.family == "a" else 10, 0.3)) for name in POOL]
    problem = MeteredProblem(
        candidates=POOL,
        sizes=SIZES,
        d_full=12_800,
        loss_unit="nats/token",
        budget=parse_budget("1", None),
        losses=RecordedLosses(curves),
    )
    ranking = FamilyAcceptThenStop().select(problem, np.random.default_rng(0))
    assert [(row.model, row.rank) for row in ranking.models] == [("b-only", 1), ("a-large", 2), ("a-small", None)]
    assert {observation.model for observation in problem.receipt} == {"a-large", "b-only"}
