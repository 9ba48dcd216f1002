from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from audition.measuring.rechecking import doubtful_points, recheck
from audition.types import Cost, Observation, Point

if TYPE_CHECKING:
    from collections.abc import Callable

COST = Cost(n_samples=1600, samples_processed=4800, flops=2.0, seconds=3.0)
SPIKE = Observation(model="m", task="t", n_samples=1600, loss=9.5, seeds=(0,), cost=COST)


def seeds_give(*losses: float | None) -> tuple[Callable[[int], Observation], list[int]]:
    asked: list[int] = []

    def again(seed: int) -> Observation:
        asked.append(seed)
        return replace(SPIKE, loss=losses[seed - 1], seeds=(seed,))

    return again, asked


def test_a_point_out_of_line_is_found_among_the_others() -> None:
    losses = {800: 2.7, 1600: 9.5, 3200: 2.5, 6400: 2.4}
    points = [replace(SPIKE, n_samples=size, loss=loss) for size, loss in losses.items()]
    assert doubtful_points(points) == (Point("m", 1600),)
    assert doubtful_points(replace(each, loss=2.0 - each.n_samples / 1e5) for each in points) == ()


def test_of_three_seeds_the_median_counts() -> None:
    again, asked = seeds_give(2.61, 2.55)
    found = recheck(SPIKE, again)
    assert found is not None
    assert asked == [1, 2]
    assert (found.observation.loss, found.observation.seeds) == (2.61, (0, 1, 2))
    assert found.note == "measured again at 1,600 with seed 1, 2: 2.61 (median) instead of 9.5"
    assert found.observation.cost == COST + COST + COST, "all three were paid for"


def test_a_second_seed_that_agrees_is_enough() -> None:
    again, asked = seeds_give(9.6, 2.0)
    found = recheck(SPIKE, again)
    assert found is not None
    assert asked == [1]
    assert (found.observation.loss, found.note) == (9.5, "measured again at 1,600 with seed 1: confirmed")


@pytest.mark.parametrize("losses", [(None, None)])
def test_where_nothing_could_be_measured_again_nothing_changes(losses: tuple[float | None, ...]) -> None:
    again, _ = seeds_give(*losses)
    assert recheck(SPIKE, again) is None
