from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import torch

from audition.errors import UsageError
from audition.testing.toy import TOY_ADAPTER, TOY_MODEL, ToyAdapter, ToyTask
from audition.training.candidate import Candidate
from worlds.toy_candidates import n_params, n_tokens
from worlds.toy_requests import CPU, QUICK, ask, candidate, numbers, weights

if TYPE_CHECKING:
    from pathlib import Path


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


def test_fine_tuned_model_is_saved_with_its_best_weights(tmp_path: Path) -> None:
    toy = candidate()
    observation = toy.measure(ask(100, save_to=str(tmp_path / "model")))
    again = ToyAdapter.load(TOY_MODEL, str(tmp_path / "model"))
    saved = Candidate(again, ToyTask(), CPU).measure(ask(0))
    assert saved.loss_per_token == observation.loss_per_token
    assert numbers(observation) == numbers(candidate().measure(ask(100)))


def test_weights_stay_float32_in_bf16() -> None:
    toy = candidate()
    exact, rounded = (toy.measure(ask(100, replace(QUICK, precision=precision))) for precision in ("fp32", "bf16"))
    assert {each.dtype for each in weights(toy)} == {torch.float32}
    assert rounded.loss_per_token != exact.loss_per_token
    assert rounded.loss_per_token == pytest.approx(exact.loss_per_token, rel=0.05)


def test_data_that_changed_since_the_plan_is_refused() -> None:
    with pytest.raises(UsageError, match="the data of task 'toy/colours' has changed"):
        Candidate.load(ask(0, task_fingerprint="old"), TOY_ADAPTER, ToyTask(), CPU)
