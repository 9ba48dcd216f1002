from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from audition.budgets.budget import SizeCap, TimeLimit, TotalSpend
from audition.selection.choosing.affording import Terms, least, with_fraction, within, within_spend
from audition.types import Cost

RATES = (1.0, 2.0)  #: seconds an example of two candidates


def terms(n_train: int = 3200, *, slots: int = 1, most: Fraction = Fraction(1), fewest: int = 2) -> Terms:
    return Terms(
        n_train=n_train,
        min_size=25,
        fewest=fewest,
        most=most,
        costs=lambda sizes: [Cost(n_samples=sum(sizes), seconds=rate * sum(sizes)) for rate in RATES],
        slots=slots,
        n_shards=1,
    )


def test_the_largest_share_that_a_time_pays_for_is_chosen() -> None:
    # 400 + 200 + 100 + 50 + 25 = 775 examples at 3 seconds each; twice as far is 1,575 examples
    share = within(TimeLimit(4000.0), terms())
    assert share is not None
    assert (share.fraction, share.sizes, share.seconds) == (Fraction(1, 8), (400, 200, 100, 50, 25), 3 * 775.0)
    assert (share.larger, share.seconds_of_larger) == (Fraction(1, 4), 3 * 1575.0)


def test_workers_share_the_time_by_the_clock_and_not_that_of_the_devices() -> None:
    by_clock = within(TimeLimit(1550.0), terms(slots=2))
    of_devices = within(TimeLimit(1550.0, is_of_devices=True), terms(slots=2))
    assert by_clock is not None
    assert by_clock.fraction == Fraction(1, 8), "the slower candidate alone takes 2 * 775 seconds"
    assert of_devices is not None
    assert of_devices.fraction == Fraction(1, 16)


def test_everything_is_measured_where_there_is_time() -> None:
    share = within(TimeLimit(1e9), terms())
    assert share is not None
    assert (share.fraction, share.larger) == (Fraction(1), None)


def test_what_was_allowed_is_never_exceeded() -> None:
    share = within(TimeLimit(1e9), terms(most=Fraction(1, 4)))
    assert share is not None
    assert share.sizes[0] == 800


def test_no_time_for_four_sizes_is_no_share_and_says_what_it_takes() -> None:
    assert within(TimeLimit(100.0), terms()) is None
    assert least(TimeLimit(100.0), terms()) == 3 * (200 + 100 + 50 + 25)


def test_a_small_task_may_have_fewer_sizes_but_not_fewer_than_the_selector_wants() -> None:
    assert [sizes for _, sizes in terms(60).ladders()] == [(60, 30)]
    assert list(terms(60, fewest=3).ladders()) == []


@pytest.mark.parametrize(
    ("limit", "fraction"),
    [
        (1e9, Fraction(1)),
        (2 * 775, Fraction(1, 8)),
        (2 * 774, Fraction(1, 16)),
        (2 * 75, Fraction(1, 64)),
        (1, Fraction(1, 64)),
    ],
)
def test_a_limit_on_samples_buys_the_largest_ladder_it_pays_for_or_else_the_smallest(
    limit: float, fraction: Fraction
) -> None:
    assert within_spend(TotalSpend(limit, "samples"), terms()) == TotalSpend(limit, "samples", fraction)


def test_a_budget_keeps_its_limit_when_its_share_changes() -> None:
    assert with_fraction(TotalSpend(5.0, "flops"), Fraction(1, 3)) == TotalSpend(5.0, "flops", Fraction(1, 3))
    assert with_fraction(SizeCap(Fraction(1)), Fraction(1, 3)) == SizeCap(Fraction(1, 3))


def test_candidates_whose_time_nobody_knows_are_counted_apart() -> None:
    one = replace(terms(), costs=lambda sizes: [Cost(seconds=1.0 * sum(sizes)), Cost(seconds=None)])
    share = within(TimeLimit(800.0), one)
    assert share is not None
    assert (share.fraction, share.seconds, share.n_unknown) == (Fraction(1, 8), 775.0, 1)
