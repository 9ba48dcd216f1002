from __future__ import annotations

from math import log

import pytest
import torch

from audition.testing.toy import ToyAdapter, ToyTask
from audition.training.devices.finding import resolve_device
from audition.training.failures import NotFiniteError
from audition.training.loop.evaluation import SplitLoss, evaluate
from audition.training.loop.micro_batch import MicroBatchLimit
from audition.types import Example

CPU = resolve_device("cpu")
EXAMPLES = [*ToyTask().test(20), Example(input="?", target="ein Käfer, 甲虫"), Example(input="long " * 30, target="x")]


def losses(adapter: ToyAdapter, *, max_tokens: int = 512, precision: str = "fp32") -> SplitLoss:
    encoded = [adapter.encode(each, max_input_tokens=512, max_target_tokens=None) for each in EXAMPLES]
    targets = [each.target for each in EXAMPLES]
    limit = MicroBatchLimit(max_tokens)
    return evaluate(adapter, encoded, targets, device=CPU, precision=precision, limit=limit)


def test_tokens_count_the_end_of_sequence_and_bytes_are_those_of_the_raw_targets() -> None:
    found = losses(ToyAdapter())
    n_bytes = sum(len(each.target.encode()) for each in EXAMPLES)
    assert found.n_bytes == n_bytes
    assert found.n_target_tokens == n_bytes + len(EXAMPLES)  # the toy's tokens are bytes, and one end each
    assert found.per_byte == found.nll / n_bytes
    assert found.per_token == found.nll / found.n_target_tokens


def test_uniform_model_costs_the_logarithm_of_its_vocabulary_a_token() -> None:
    adapter = ToyAdapter()
    for parameter in adapter.module.parameters():
        torch.nn.init.zeros_(parameter)
    assert losses(adapter).per_token == pytest.approx(log(259), rel=1e-6)


@pytest.mark.parametrize("max_tokens", [1, 60, 200, 10**6])
def test_loss_does_not_depend_on_the_batch_size(max_tokens: int) -> None:
    adapter = ToyAdapter()
    assert losses(adapter, max_tokens=max_tokens).nll == pytest.approx(losses(adapter).nll, rel=1e-5)


def test_loss_is_that_of_evaluation_mode_and_repeats_bitwise() -> None:
    adapter = ToyAdapter(dropout=0.5)
    adapter.module.train()
    assert losses(adapter) == losses(adapter)


def test_loss_in_bf16_is_near_the_loss_in_fp32() -> None:
    adapter = ToyAdapter()
    exact, rounded = losses(adapter), losses(adapter, precision="bf16")
    assert rounded.nll != exact.nll
    assert rounded.nll == pytest.approx(exact.nll, rel=0.02)


def test_loss_that_is_not_finite_is_an_error() -> None:
    adapter = ToyAdapter()
    with torch.no_grad():
        adapter.module.output.bias.fill_(float("nan"))
    with pytest.raises(NotFiniteError, match="the loss of 22 examples is nan"):
        losses(adapter)


def test_evaluation_leaves_no_gradients() -> None:
    adapter = ToyAdapter()
    losses(adapter)
    assert all(parameter.grad is None for parameter in adapter.module.parameters())
