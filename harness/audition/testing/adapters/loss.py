"""What an adapter's loss is."""
# ruff: noqa: D102 - the names of tests are their documentation

from __future__ import annotations

import pytest

from audition.testing.adapters.base import PAIRS, TOLERANCE, AdapterChecks, is_close
from audition.testing.promises import promise, require
from audition.types import Example
from audition.types.protocols import ModelAdapter


class LossChecks(AdapterChecks):
    """Checks of the loss: Σ negative log-likelihood of the target tokens, in nats."""

    @promise(
        "the loss is the summed cross-entropy of the target tokens, in nats",
        keep="sum, do not average, over target and end of sequence; made other prompts? override `reference_loss`",
    )
    @pytest.mark.parametrize("example", PAIRS, ids=lambda example: example.target[:12])
    def test_loss_equals_a_cross_entropy_computed_token_by_token(self, adapter: ModelAdapter, example: Example) -> None:
        loss, expected = self.loss(adapter, self.encode(adapter, [example])), self.reference_loss(adapter, example)
        require(is_close(loss, expected), f"of {example.target!r} it is {loss:.6g}, token by token {expected:.6g}")

    @promise(
        "padding changes no loss",
        keep="mask padding in attention and labels; a decoder padded on the left needs position ids",
    )
    def test_loss_ignores_padding(self, adapter: ModelAdapter) -> None:
        short, *longer = self.encode(adapter, [PAIRS[6], PAIRS[5]])
        alone = self.loss(adapter, [short])
        padded = self.loss(adapter, [short, *longer]) - self.loss(adapter, longer)
        require(
            is_close(padded, alone, tolerance=10 * TOLERANCE), f"a pair of {alone:.6g} nats has {padded:.6g} padded"
        )

    @promise(
        "the loss of a batch is the sum of the losses of its pairs",
        keep="return a sum over the batch; take nothing from other rows, such as batch statistics",
    )
    @pytest.mark.parametrize("batch_size", [1, 2, 3, 5])
    def test_loss_is_the_same_whatever_the_batch_size(self, adapter: ModelAdapter, batch_size: int) -> None:
        encoded = self.encode(adapter, PAIRS)
        batches = [encoded[start : start + batch_size] for start in range(0, len(encoded), batch_size)]
        loss, together = sum(self.loss(adapter, batch) for batch in batches), self.loss(adapter, encoded)
        require(is_close(loss, together), f"eight pairs have {together:.6g} at once, {loss:.6g} by {batch_size}")

    @promise(
        "the loss is one number in float32, also under autocast to bf16",
        keep="call .float() on the logits before the cross-entropy, and reduce to a scalar",
    )
    def test_loss_is_float32_under_autocast_to_bf16(self, adapter: ModelAdapter) -> None:
        import torch

        with torch.autocast("cpu", dtype=torch.bfloat16):
            loss = adapter.loss(adapter.collate(self.encode(adapter, PAIRS)))
        require(loss.dtype == torch.float32, f"it is {loss.dtype}")
        require(tuple(loss.shape) == (), f"it has shape {tuple(loss.shape)}")
