from __future__ import annotations

import math

import pytest
import torch

from audition.encoding.pairs import IGNORED
from audition.training.adapters.objective import summed_cross_entropy


def test_the_loss_is_a_sum_in_nats_over_labelled_positions() -> None:
    logits = torch.tensor([[[0.0, 0.0], [0.0, math.log(3.0)], [9.0, -9.0]]])
    labels = torch.tensor([[1, 1, IGNORED]])
    # p = 1/2 and 3/4
    assert float(summed_cross_entropy(logits, labels)) == pytest.approx(math.log(2) + math.log(4 / 3))


def test_logits_in_bf16_are_summed_in_float32() -> None:
    logits = torch.randn(4, 300, 50, generator=torch.Generator().manual_seed(0)).bfloat16()
    labels = torch.zeros(4, 300, dtype=torch.long)
    loss = summed_cross_entropy(logits, labels)
    assert loss.dtype == torch.float32
    assert loss == summed_cross_entropy(logits.float(), labels)


def test_nothing_labelled_is_zero_and_not_nan() -> None:
    logits = torch.ones(1, 2, 3, requires_grad=True)
    loss = summed_cross_entropy(logits, torch.full((1, 2), IGNORED))
    loss.backward()  # type: ignore[no-untyped-call]
    assert float(loss.detach()) == 0.0
    assert logits.grad is not None
    assert not logits.grad.any()
