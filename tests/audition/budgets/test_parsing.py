from __future__ import annotations

from fractions import Fraction

import pytest

from audition.budgets.budget import SizeCap, TimeLimit, TotalSpend
from audition.budgets.parsing import parse_budget, parse_ratio, parse_within
from audition.errors import UsageError


@pytest.mark.parametrize(
    ("text", "ratio"),
    [
        ("1/16", Fraction(1, 16)),
        ("0.125", Fraction(1, 8)),
        ("1", Fraction(1)),
        ("10%", Fraction(1, 10)),
        ("6.25 %", Fraction(1, 16)),
    ],
)
def test_ratios_are_exact(text: str, ratio: Fraction) -> None:
    assert parse_ratio(text) == ratio


@pytest.mark.parametrize("text", ["", "half", "0", "-1/2", "3/2", "1/0", "nan", "inf", "%", "101%", "0%"])
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
        ("10min", 600, "seconds"),
        ("1.5 h", 5400, "seconds"),
        ("2Hours", 7200, "seconds"),
        ("1E+15 FLOPs", 1e15, "flops"),
    ],
)
def test_a_limit_names_its_currency(text: str, limit: float, currency: str) -> None:
    budget = parse_budget("1", text)
    assert isinstance(budget, TotalSpend)
    assert (budget.limit, budget.currency) == (limit, currency)


@pytest.mark.parametrize("text", ["20000", "samples", "-3samples", "0s", "manyflops", "10weeks", "1e999s", "1..2s", ""])
def test_a_bad_limit_is_a_usage_error(text: str) -> None:
    with pytest.raises(UsageError, match="20000samples"):
        parse_budget("1", text)


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("20min", TimeLimit(1200.0)),
        ("2h", TimeLimit(7200.0)),
        ("1.5 hours", TimeLimit(5400.0)),
        ("8GPUh", TimeLimit(28800.0, is_of_devices=True)),
    ],
)
def test_a_time_is_by_the_clock_or_of_all_devices(text: str, limit: TimeLimit) -> None:
    assert parse_within(text) == limit


@pytest.mark.parametrize("text", ["", "1", "h", "20000samples", "0h", "-1h", "GPU", "inf h", "8GPU"])
def test_what_is_no_time_is_a_usage_error(text: str) -> None:
    with pytest.raises(UsageError, match="a time must be such as 20min"):
        parse_within(text)


def test_a_time_says_itself_as_people_do() -> None:
    assert [str(limit) for limit in (TimeLimit(1200.0), TimeLimit(28800.0, is_of_devices=True))] == [
        "20 min",
        "8 h of all devices together",
    ]
