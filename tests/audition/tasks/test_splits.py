from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from audition.tasks.splits import SPLITS, SplitLimits, Splits, input_hash, split_rows

NO_LIMITS = SplitLimits(validation=None, test=None)


hashes_with_repeats = st.lists(st.integers(0, 40).map(lambda i: input_hash(str(i))), max_size=80)


def split(hashes: list[int], origin: list[int] | None = None, limits: SplitLimits = NO_LIMITS) -> Splits:
    return split_rows(np.array(hashes, np.uint64), np.array(origin or [0] * len(hashes), np.int8), limits)


def of_texts(n: int) -> list[int]:
    return [input_hash(f"text {i}") for i in range(n)]


@given(hashes=hashes_with_repeats, data=st.data())
def test_splits_share_no_input_and_hold_each_once(hashes: list[int], data: st.DataObject) -> None:
    origin = data.draw(st.lists(st.integers(0, 2), min_size=len(hashes), max_size=len(hashes)))
    splits = split(hashes, origin)
    used = [hashes[row] for name in SPLITS for row in splits[name]]
    assert sorted(used) == sorted(set(hashes))
    assert len(used) + splits.n_duplicates + splits.n_overlapping == len(hashes)


@given(n=st.integers(0, 400), n_more=st.integers(0, 400))
def test_appending_rows_moves_no_row_to_another_split(n: int, n_more: int) -> None:
    before, after = split(of_texts(n)), split(of_texts(n + n_more))
    for name in SPLITS:
        assert set(before[name]) <= set(after[name])


def test_appending_rows_never_holds_out_a_training_row_even_at_the_limits() -> None:
    limits = SplitLimits(validation=20, test=20)
    before, after = split(of_texts(500), limits=limits), split(of_texts(900), limits=limits)
    assert set(before.train) <= set(after.train)
    assert len(after.validation) == len(after.test) == 20


def test_a_tenth_is_held_out_for_validation_and_for_testing() -> None:
    splits = split(of_texts(10_000))
    for held_out in (splits.validation, splits.test):
        assert abs(len(held_out) - 1000) < 120  # four standard deviations of a binomial


def test_the_first_of_equal_inputs_stays() -> None:
    a, b = input_hash("a"), input_hash("b")
    splits = split([a, b, a, b, a], [0, 0, 0, 2, 1])
    assert splits.validation.tolist() == [4]
    assert splits.test.tolist() == [3]
    assert splits.train.tolist() == []
    assert (splits.n_duplicates, splits.n_overlapping) == (0, 3)


def test_repeats_within_the_training_rows_are_duplicates_not_overlaps() -> None:
    text = next(text for text in map(str, range(99)) if input_hash(text) > 2**63)  # beyond the held-out tenths
    splits = split([input_hash(text)] * 4)
    assert splits.train.tolist() == [0]
    assert (splits.n_duplicates, splits.n_overlapping) == (3, 0)


def test_only_the_held_out_split_that_was_not_given_is_taken_from_the_training_rows() -> None:
    hashes = of_texts(1000)
    splits = split(hashes, [0] * 900 + [2] * 100)
    assert set(splits.test) == set(range(900, 1000))
    assert 50 < len(splits.validation) < 140
    assert len(splits.train) + len(splits.validation) == 900


def test_a_limited_training_split_is_the_same_whatever_the_order_of_rows() -> None:
    hashes = of_texts(500)
    limits = SplitLimits(train=100)
    chosen = {hashes[row] for row in split(hashes, limits=limits).train}
    turned = {hashes[::-1][row] for row in split(hashes[::-1], limits=limits).train}
    assert len(chosen) == 100
    assert chosen == turned


def test_a_held_out_split_comes_in_random_order() -> None:
    places = split(of_texts(5000)).test.astype(float)
    assert abs(np.corrcoef(places, np.arange(len(places)))[0, 1]) < 0.2
