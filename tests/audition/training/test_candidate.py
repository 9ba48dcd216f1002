from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import torch

from audition.errors import UsageError
from audition.testing.toy import TOY_ADAPTER, TOY_MODEL, ToyAdapter, ToyTask
from audition.training.candidate import Candidate
from audition.training.devices.repeatable import make_repeatable
from worlds.toy_requests import CPU, QUICK, ask, candidate, numbers, weights

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from audition.types import Example, Progress


def test_observation_is_filled_in() -> None:
    observation = candidate().measure(ask(64))
    assert (observation.model, observation.task, observation.n_samples) == ("toy/gru", "toy/colours", 64)
    assert (observation.status, observation.message, observation.source, observation.seeds) == ("ok", "", "live", (0,))
    assert (observation.learning_rate, observation.batch_size) == (0.01, 8)
    assert observation.epochs in (1.0, 2.0)
    assert observation.validation_loss is not None
    assert observation.memory_bytes is not None
    assert observation.memory_bytes > 2**20
    assert observation.cost.seconds is not None
    assert observation.cost.seconds > 0


def test_loss_per_token_and_per_byte_are_the_same_sum_over_two_counts() -> None:
    observation = candidate().measure(ask(64))
    targets = [example.target for example in ToyTask().test(30)]
    n_bytes = sum(len(target.encode()) for target in targets)
    n_tokens = n_bytes + len(targets)  # the toy's tokens are bytes, and one end of sequence each
    assert observation.loss_per_token is not None
    assert observation.loss_per_byte == pytest.approx(observation.loss_per_token * n_tokens / n_bytes, rel=1e-12)


def test_loss_falls_with_more_examples() -> None:
    toy = candidate()
    losses = [toy.measure(ask(n_samples)).loss_per_token or 0.0 for n_samples in (0, 50, 200)]
    assert losses[0] > losses[1] > losses[2] > 0


def test_size_measured_after_another_is_bitwise_the_size_measured_alone() -> None:
    toy = candidate()
    toy.measure(ask(100))
    after = toy.measure(ask(50))
    alone = candidate()
    assert numbers(after) == numbers(alone.measure(ask(50)))
    assert all(map(torch.equal, weights(toy), weights(alone)))


def test_larger_size_measured_after_a_smaller_one_is_the_same_too() -> None:
    toy = candidate()
    toy.measure(ask(50))
    assert numbers(toy.measure(ask(100))) == numbers(candidate().measure(ask(100)))


def test_seeds_give_different_losses_of_the_same_candidate() -> None:
    toy = candidate()
    losses = {toy.measure(ask(50, seed=seed)).loss_per_token for seed in (0, 1, 0)}
    assert len(losses) == 2


def test_zero_shot_trains_nothing_and_costs_its_forward_pass() -> None:
    toy = candidate()
    before = weights(toy)
    observation = toy.measure(ask(0))
    assert observation.status == "ok"
    assert (observation.learning_rate, observation.epochs, observation.validation_loss) == (None, None, None)
    assert (observation.cost.n_samples, observation.cost.samples_processed) == (0, 0)
    assert observation.cost.flops == 2 * n_params(toy) * n_tokens(toy, ToyTask().test(30))
    assert all(map(torch.equal, weights(toy), before))


def test_zero_shot_measured_after_training_is_that_of_the_initial_weights() -> None:
    toy = candidate()
    toy.measure(ask(50))
    assert numbers(toy.measure(ask(0))) == numbers(candidate().measure(ask(0)))


def n_params(of: Candidate) -> int:
    return sum(parameter.numel() for parameter in of.adapter.module.parameters())


def n_tokens(of: Candidate, examples: Iterable[Example]) -> int:
    return sum(of.adapter.encode(each, max_input_tokens=512, max_target_tokens=None).n_tokens for each in examples)


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


def test_fine_tuned_model_is_saved_with_its_best_weights(tmp_path: Path) -> None:
    toy = candidate()
    observation = toy.measure(ask(100, save_to=str(tmp_path / "model")))
    again = ToyAdapter.load(TOY_MODEL, str(tmp_path / "model"))
    saved = Candidate(again, ToyTask(), CPU).measure(ask(0))
    assert saved.loss_per_token == observation.loss_per_token
    assert numbers(observation) == numbers(candidate().measure(ask(100)))


def test_progress_counts_training_steps_of_the_whole_grid_and_then_the_evaluation() -> None:
    seen: list[Progress] = []
    candidate().measure(ask(20, replace(QUICK, learning_rates=(0.01, 0.02), batch_sizes=(4, 8))), seen.append)
    training = [each for each in seen if each.stage == "training"]
    assert [each.done for each in training] == list(range(1, 2 * 2 * (5 + 3) + 1))
    assert {each.total for each in training} == {2 * 2 * (5 + 3)}
    assert seen[-1].stage == "evaluating"
    assert seen[-1].done == seen[-1].total
    assert {(each.model, each.n_samples) for each in seen} == {("toy/gru", 20)}


def test_calibration_changes_no_result() -> None:
    toy = candidate()
    calibration = toy.calibrate(ask(8))
    assert calibration.seconds_per_training_token > 0
    assert calibration.seconds_per_evaluated_token > 0
    assert calibration.tokens_per_example == pytest.approx(n_tokens(toy, ToyTask().train(128, 0)) / 128)
    assert numbers(toy.measure(ask(50))) == numbers(candidate().measure(ask(50)))


def test_weights_stay_float32_in_bf16() -> None:
    toy = candidate()
    exact, rounded = (toy.measure(ask(100, replace(QUICK, precision=precision))) for precision in ("fp32", "bf16"))
    assert {each.dtype for each in weights(toy)} == {torch.float32}
    assert rounded.loss_per_token != exact.loss_per_token
    assert rounded.loss_per_token == pytest.approx(exact.loss_per_token, rel=0.05)


def test_data_that_changed_since_the_plan_is_refused() -> None:
    with pytest.raises(UsageError, match="the data of task 'toy/colours' has changed"):
        Candidate.load(ask(0, task_fingerprint="old"), TOY_ADAPTER, ToyTask(), CPU)


def test_examples_are_tokenised_once() -> None:
    class Counting(ToyAdapter):
        n_encoded = 0

        def encode(self, example: Example, **limits: Any) -> Any:  # noqa: ANN401
            self.n_encoded += 1
            return super().encode(example, **limits)

    adapter = Counting()
    make_repeatable(CPU)
    toy = Candidate(adapter, ToyTask(), CPU)
    for n_samples in (100, 50, 0, 120):
        toy.measure(ask(n_samples))
    assert adapter.n_encoded == 120 + 20 + 30
