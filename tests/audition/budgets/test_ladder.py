from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audition.budgets.ladder import ladder, require_sizes
from audition.errors import UsageError


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
