from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audition.budgets.budget import SizeCap, TotalSpend
from audition.budgets.ladder import ladder, require_sizes
from audition.budgets.parsing import parse_budget, parse_ratio
from audition.errors import BudgetExceeded, UsageError
from audition.types import Cost


def test_ladder_halves_down_from_the_cap() -> None:
    assert ladder(25_600, Fraction(1, 64), 50) == (400, 200, 100, 50)


def test_ladder_floors_the_cap_and_every_half() -> None:
    assert ladder(1_000, Fraction(1, 3), 40) == (333, 166, 83, 41)


@given(st.integers(0, 10**7), st.fractions(Fraction(1, 10**4), 1), st.integers(1, 10**4))
def test_sizes_never_exceed_the_cap_nor_fall_below_the_smallest(d_full: int, fraction: Fraction, least: int) -> None:
    sizes = ladder(d_full, fraction, least)
    assert all(least <= size <= fraction * d_full for size in sizes)
    assert list(sizes) == sorted(set(sizes), reverse=True)


def test_a_task_too_small_for_the_ratio_is_answered_with_one_that_works() -> None:
    with pytest.raises(UsageError, match=r"1/64 of 3,000 training rows gives 0 .* wants 4\. Try --ratio 1$"):
        require_sizes(3_000, Fraction(1, 64), 200, wanted=4)


def test_a_proposed_ratio_gives_as_many_sizes_as_wanted() -> None:
    with pytest.raises(UsageError, match=r"Try --ratio 1/8$"):
        require_sizes(20_000, Fraction(1, 64), 200, wanted=4)
    assert len(require_sizes(20_000, Fraction(1, 8), 200, wanted=4)) == 4


def test_a_task_too_small_for_any_ratio_is_told_how_many_rows_it_takes() -> None:
    with pytest.raises(UsageError, match=r"No ratio does: it takes 1,600 training rows, or --min-size below 200"):
        require_sizes(500, Fraction(1, 2), 200, wanted=4)


@pytest.mark.parametrize(("text", "ratio"), [("1/16", Fraction(1, 16)), ("0.125", Fraction(1, 8)), ("1", Fraction(1))])
def test_ratios_are_exact(text: str, ratio: Fraction) -> None:
    assert parse_ratio(text) == ratio


@pytest.mark.parametrize("text", ["", "half", "0", "-1/2", "3/2", "1/0", "nan", "inf"])
def test_a_bad_ratio_is_a_usage_error(text: str) -> None:
    with pytest.raises(UsageError, match="ratio"):
        parse_ratio(text)


def test_without_a_limit_the_budget_is_a_cap_on_sizes() -> None:
    assert parse_budget("1/16", None) == SizeCap(Fraction(1, 16))


@pytest.mark.parametrize(
    ("text", "limit", "currency"),
    [
        ("20000samples", 2e4, "samples"),
        ("1e15flops", 1e15, "flops"),
        ("600s", 600, "seconds"),
        ("9 seconds", 9, "seconds"),
    ],
)
def test_a_limit_names_its_currency(text: str, limit: float, currency: str) -> None:
    budget = parse_budget("1", text)
    assert isinstance(budget, TotalSpend)
    assert (budget.limit, budget.currency) == (limit, currency)


@pytest.mark.parametrize("text", ["20000", "samples", "-3samples", "0s", "manyflops"])
def test_a_bad_limit_is_a_usage_error(text: str) -> None:
    with pytest.raises(UsageError, match="20000samples"):
        parse_budget("1", text)


def test_total_spend_refuses_what_is_over_its_limit() -> None:
    budget = TotalSpend(1000, "samples")
    budget.check(Cost(n_samples=1000, flops=1e30))
    with pytest.raises(BudgetExceeded, match=r"1000 samples in all.*would bring it to 1001"):
        budget.check(Cost(n_samples=1001))
