from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from audition.training.loop.batching import effective_batches, micro_batches

lengths = st.lists(st.integers(1, 60), min_size=1, max_size=300)
batch_sizes = st.integers(1, 40)
seeds = st.integers(0, 2**32)


@given(lengths, batch_sizes, seeds)
def test_every_example_is_in_one_batch_of_an_epoch(lengths: list[int], batch_size: int, seed: int) -> None:
    batches = effective_batches(lengths, batch_size, seed=seed, epoch=1)
    assert sorted(position for batch in batches for position in batch) == list(range(len(lengths)))


@given(lengths, batch_sizes, seeds)
def test_all_batches_but_one_are_full(lengths: list[int], batch_size: int, seed: int) -> None:
    sizes = sorted(len(batch) for batch in effective_batches(lengths, batch_size, seed=seed, epoch=1))
    assert all(size == batch_size for size in sizes[1:])
    assert 1 <= sizes[0] <= batch_size
    assert len(sizes) == -(-len(lengths) // batch_size)


@given(lengths, batch_sizes, seeds)
def test_batches_repeat_with_seed_and_epoch(lengths: list[int], batch_size: int, seed: int) -> None:
    first = effective_batches(lengths, batch_size, seed=seed, epoch=2)
    assert first == effective_batches(lengths, batch_size, seed=seed, epoch=2)


def test_another_epoch_or_seed_gives_other_batches() -> None:
    lengths = [1 + position % 7 for position in range(200)]
    first = effective_batches(lengths, 8, seed=0, epoch=1)
    assert first != effective_batches(lengths, 8, seed=0, epoch=2)
    assert first != effective_batches(lengths, 8, seed=1, epoch=1)


def test_batches_hold_examples_of_similar_length() -> None:
    lengths = [1 + (position * 37) % 100 for position in range(800)]  # every length equally often, in no order
    batches = effective_batches(lengths, 8, seed=0, epoch=1)
    padded = sum(len(batch) * max(lengths[position] for position in batch) for batch in batches)
    assert sum(lengths) > 0.85 * padded  # random batches of 8 would be 57 % full


def test_batches_are_not_in_order_of_length() -> None:
    lengths = list(range(1, 101))
    means = [sum(batch) / len(batch) for batch in effective_batches(lengths, 10, seed=0, epoch=1)]
    assert means != sorted(means)
    assert means != sorted(means, reverse=True)


@given(lengths, st.integers(1, 400))
def test_micro_batches_hold_every_position_once_within_the_limit(lengths: list[int], max_tokens: int) -> None:
    batches = micro_batches(lengths, range(len(lengths)), max_tokens)
    assert sorted(position for batch in batches for position in batch) == list(range(len(lengths)))
    for batch in batches:
        assert len(batch) == 1 or len(batch) * max(lengths[position] for position in batch) <= max_tokens


@given(lengths, st.integers(1, 400))
def test_micro_batches_come_longest_first(lengths: list[int], max_tokens: int) -> None:
    batches = micro_batches(lengths, range(len(lengths)), max_tokens)
    in_order = [lengths[position] for batch in batches for position in batch]
    assert in_order == sorted(in_order, reverse=True)


def test_no_positions_make_no_batches() -> None:
    assert micro_batches([], [], 10) == []
