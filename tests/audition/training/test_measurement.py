from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from audition.testing.toy import ToyTask
from worlds.toy_candidates import n_params, n_tokens
from worlds.toy_requests import QUICK, ask, candidate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from audition.types import Example, Progress


def test_cost_counts_every_grid_point_and_epoch_but_no_padding() -> None:
    toy, task = candidate(), ToyTask()
    recipe = replace(QUICK, learning_rates=(0.01, 0.02), batch_sizes=(4, 8), epochs=3, patience=5)
    cost = toy.measure(ask(50, recipe)).cost
    runs = 2 * 2 * 3
    trained = runs * n_tokens(toy, task.train(50, 0))
    evaluated = runs * n_tokens(toy, task.validation(20)) + n_tokens(toy, task.test(30))
    assert (cost.n_samples, cost.samples_processed) == (50, runs * 50)
    assert cost.flops == n_params(toy) * (6 * trained + 2 * evaluated)


class Opposed(ToyTask):
    """One held-out split in capitals, which training never shows: what a model learns makes it worse there."""

    def __init__(self, split: str) -> None:
        super().__init__()
        self.split = split

    def validation(self, n_samples: int | None = None) -> Sequence[Example]:
        return self._in_capitals("validation", super().validation(n_samples))

    def test(self, n_samples: int | None = None) -> Sequence[Example]:
        return self._in_capitals("test", super().test(n_samples))

    def _in_capitals(self, split: str, examples: Sequence[Example]) -> Sequence[Example]:
        return [replace(each, target=each.target.upper()) if split == self.split else each for each in examples]


@pytest.mark.parametrize(("split", "chosen"), [("test", 0.01), ("validation", 1e-4)])
def test_validation_chooses_even_where_the_test_split_would_choose_otherwise(split: str, chosen: float) -> None:
    toy = candidate(Opposed(split))
    rates = (1e-4, 0.01)
    alone = {rate: toy.measure(ask(50, replace(QUICK, learning_rates=(rate,)))) for rate in rates}
    by_test = min(rates, key=lambda rate: alone[rate].loss_per_token or 0.0)
    observation = toy.measure(ask(50, replace(QUICK, learning_rates=rates)))
    assert by_test != chosen
    assert observation.learning_rate == chosen
    assert observation.loss_per_token == alone[chosen].loss_per_token


def test_batch_size_is_chosen_on_validation_too() -> None:
    toy = candidate()
    sizes = (2, 64)
    alone = {size: toy.measure(ask(64, replace(QUICK, batch_sizes=(size,)))).validation_loss or 0.0 for size in sizes}
    observation = toy.measure(ask(64, replace(QUICK, batch_sizes=sizes)))
    assert observation.batch_size == min(sizes, key=alone.__getitem__)
    assert observation.validation_loss == min(alone.values())


def test_recipe_without_rates_takes_the_one_of_the_card() -> None:
    assert candidate().measure(ask(20, replace(QUICK, learning_rates=()))).learning_rate == 0.03


def test_progress_counts_training_steps_of_the_whole_grid_and_then_the_evaluation() -> None:
    seen: list[Progress] = []
    candidate().measure(ask(20, replace(QUICK, learning_rates=(0.01, 0.02), batch_sizes=(4, 8))), seen.append)
    training = [each for each in seen if each.stage == "training"]
    assert [each.done for each in training] == list(range(1, 2 * 2 * (5 + 3) + 1))
    assert {each.total for each in training} == {2 * 2 * (5 + 3)}
    assert seen[-1].stage == "evaluating"
    assert seen[-1].done == seen[-1].total
    assert {(each.model, each.n_samples) for each in seen} == {("toy/gru", 20)}
