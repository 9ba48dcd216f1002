from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from worlds.toy_requests import QUICK, ask, candidate

if TYPE_CHECKING:
    from audition.types import Progress


def test_progress_counts_training_steps_of_the_whole_grid_and_then_the_evaluation() -> None:
    seen: list[Progress] = []
    candidate().measure(ask(20, replace(QUICK, learning_rates=(0.01, 0.02), batch_sizes=(4, 8))), seen.append)
    training = [each for each in seen if each.stage == "training"]
    assert [each.done for each in training] == list(range(1, 2 * 2 * (5 + 3) + 1))
    assert {each.total for each in training} == {2 * 2 * (5 + 3)}
    assert seen[-1].stage == "evaluating"
    assert seen[-1].done == seen[-1].total
    assert {(each.model, each.n_samples) for each in seen} == {("toy/gru", 20)}
