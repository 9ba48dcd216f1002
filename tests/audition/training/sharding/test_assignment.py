"""Rows of an effective batch, dealt to the processes of a team; all of it is arithmetic that each does alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audition.training.loop.batching import micro_batches
from audition.training.loop.micro_batch import MicroBatchLimit
from audition.training.sharding.team import Team

if TYPE_CHECKING:
    from audition.training.sharding.assignment import Pass

LENGTHS = st.lists(st.integers(1, 40), min_size=1, max_size=30)  #: tokens of each row
SIZES = st.integers(1, 6)
LIMITS = st.integers(1, 200)


def dealt(lengths: list[int], size: int, max_tokens: int = 8192) -> list[list[Pass]]:
    """Return the passes of every process, each as it works them out itself."""
    return [MicroBatchLimit(max_tokens, team=Team(rank, size)).passes(lengths) for rank in range(size)]


def rows(passes: list[Pass]) -> list[int]:
    """Return the rows that one process's loss is made of."""
    return [position for each in passes if each.counts for position in each.positions]


@given(lengths=LENGTHS, size=SIZES, max_tokens=LIMITS)
def test_every_row_is_somebodys_once(lengths: list[int], size: int, max_tokens: int) -> None:
    counted = [position for passes in dealt(lengths, size, max_tokens) for position in rows(passes)]
    assert sorted(counted) == list(range(len(lengths)))


@given(lengths=LENGTHS, size=SIZES, max_tokens=LIMITS)
def test_all_do_as_many_passes_and_nobody_is_idle_throughout(lengths: list[int], size: int, max_tokens: int) -> None:
    """They meet in every pass: one pass more than another's would wait for ever."""
    all_passes = dealt(lengths, size, max_tokens)
    (n_passes,) = {len(passes) for passes in all_passes}
    assert any(all(each.counts for each in passes) for passes in all_passes)
    assert n_passes > 0


@given(lengths=LENGTHS, size=SIZES, max_tokens=LIMITS)
def test_no_pass_is_above_the_limit_unless_it_is_a_single_row(lengths: list[int], size: int, max_tokens: int) -> None:
    for positions, _ in (each for passes in dealt(lengths, size, max_tokens) for each in passes):
        padded = len(positions) * max(lengths[position] for position in positions)
        assert padded <= max_tokens or len(positions) == 1


@given(lengths=LENGTHS, size=SIZES, max_tokens=LIMITS)
def test_who_has_nothing_left_repeats_a_shortest_row_that_counts_for_nothing(
    lengths: list[int], size: int, max_tokens: int
) -> None:
    for passes in dealt(lengths, size, max_tokens):
        idle = [each for each in passes if not each.counts]
        assert passes[len(passes) - len(idle) :] == idle, "those come last"
        assert {tuple(lengths[position] for position in each.positions) for each in idle} <= {(min(lengths),)}


@given(lengths=LENGTHS, max_tokens=LIMITS)
def test_a_process_alone_does_what_it_always_did(lengths: list[int], max_tokens: int) -> None:
    (passes,) = dealt(lengths, 1, max_tokens)
    assert [each.positions for each in passes] == micro_batches(lengths, range(len(lengths)), max_tokens)
    assert all(each.counts for each in passes)


@given(lengths=LENGTHS, size=SIZES)
def test_rows_are_shared_evenly_and_the_longest_go_first_to_different_processes(lengths: list[int], size: int) -> None:
    shares = [rows(passes) for passes in dealt(lengths, size)]
    assert max(map(len, shares)) - min(map(len, shares)) <= 1
    firsts = [lengths[share[0]] for share in shares if share]
    assert firsts == sorted(lengths, reverse=True)[: len(firsts)]


@pytest.mark.parametrize("n_rows", [1, 2, 3])
def test_fewer_rows_than_processes_leave_some_who_only_keep_company(n_rows: int) -> None:
    all_passes = dealt([7, 5, 9][:n_rows], 4)
    assert [len(passes) for passes in all_passes] == [1] * 4
    assert [passes[0].counts for passes in all_passes] == [True] * n_rows + [False] * (4 - n_rows)


def test_one_process_repeats_its_team_s_shortest_row_while_the_other_works() -> None:
    """Of 10, 9, 8, 4 and 2 tokens, the first gets 10, 8 and 2, the second 9 and 4; twelve hold no two of them."""
    first, second = dealt([2, 10, 4, 8, 9], 2, max_tokens=12)
    assert first == [([1], True), ([3], True), ([0], True)]
    assert second == [([4], True), ([2], True), ([0], False)]
