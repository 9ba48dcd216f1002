from __future__ import annotations

import math
from statistics import NormalDist

import pytest

from audition.prediction import Expected, certainty

DEVIATIONS = NormalDist().inv_cdf(0.9)


def expected(loss: float, std: float) -> Expected:
    return Expected(loss, loss * math.exp(-DEVIATIONS * std), loss * math.exp(DEVIATIONS * std))


def test_the_probability_of_two_candidates_is_that_of_a_difference() -> None:
    found = certainty({"a": expected(2.0, 0.03), "b": expected(2.1, 0.04)}, "a")
    ahead = math.log(2.1 / 2.0)
    by_hand = NormalDist().cdf((ahead + math.log(1.02)) / 0.05)
    assert found.probability == pytest.approx(by_hand, abs=0.01)
    z = -ahead / 0.05
    regret = 0.05 * (NormalDist().pdf(z) + z * NormalDist().cdf(z))  # the mean of what the difference is below zero
    assert found.expected_regret == pytest.approx(math.expm1(regret), abs=5e-4)


def test_without_another_candidate_it_is_the_best() -> None:
    found = certainty({"a": expected(2.0, 0.3)}, "a")
    assert (found.probability, found.expected_regret, found.level, found.worth_measuring) == (1.0, 0.0, (), None)


def test_who_has_a_fair_chance_to_be_better_is_level() -> None:
    pool = {"a": expected(2.0, 0.05), "b": expected(2.01, 0.05), "c": expected(2.02, 0.05), "z": expected(3.0, 0.05)}
    found = certainty(pool, "a")
    assert found.level == ("b", "c")
    assert found.worth_measuring in {"a", "b"}


def test_whoever_is_vague_and_near_is_worth_measuring() -> None:
    pool = {"a": expected(2.0, 0.01), "b": expected(2.1, 0.3), "c": expected(2.05, 0.01)}
    assert certainty(pool, "a").worth_measuring == "b"


def test_a_choice_that_is_not_the_first_costs_what_it_is_behind() -> None:
    found = certainty({"a": expected(2.0, 1e-6), "b": expected(2.2, 1e-6)}, "b")
    assert found.probability == 0.0
    assert found.expected_regret == pytest.approx(0.1, abs=1e-4)


def test_the_order_of_candidates_changes_nothing() -> None:
    pool = {name: expected(2.0 + 0.01 * place, 0.02 + 0.01 * place) for place, name in enumerate("abcdefgh")}
    turned = dict(reversed(list(pool.items())))
    assert certainty(pool, "a") == certainty(turned, "a")


def test_of_ten_thousand_only_those_with_a_chance_are_drawn() -> None:
    pool = {f"m{n:05}": expected(2.0 + 0.001 * n, 0.02) for n in range(10_000)}
    assert 0.1 < certainty(pool, "m00000").probability < 0.9
