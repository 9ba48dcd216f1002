from __future__ import annotations

import math
from types import SimpleNamespace
from typing import TYPE_CHECKING, TypeAlias

import pytest
import torch
from transformers import BertConfig, BertLMHeadModel

from audition.encoding.pairs import IGNORED
from audition.training.adapters.causal import CausalAdapter
from audition.training.adapters.objective import summed_cross_entropy, target_logits
from audition.types import Example

if TYPE_CHECKING:
    from collections.abc import Callable

    from audition.testing.checkpoints import Kind
    from audition.training.adapters.seq2seq import Seq2SeqAdapter

    Load: TypeAlias = Callable[[Kind], CausalAdapter | Seq2SeqAdapter]

EXAMPLES = (
    Example(input="Which river?", target="the sea"),
    Example(input="Which of the two long rivers is the longest?", target="the"),
    Example(input="river", target="the sea and the two rivers"),
)


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


@pytest.mark.parametrize("kind", ["gpt2", "opt", "llama", "bart", "t5"])
def test_the_loss_of_a_batch_is_that_of_its_rows_by_the_whole_logits_of_the_model(load: Load, kind: Kind) -> None:
    adapter = load(kind)
    encoded = [adapter.encode(each, max_input_tokens=64, max_target_tokens=None) for each in EXAMPLES]
    expected = 0.0
    for pair in encoded:  # no padding, no columns left out
        batch = adapter.collate([pair])
        inputs = {name: batch[name] for name in ("input_ids", "decoder_input_ids") if name in batch}
        log_p = adapter.module(**inputs).logits[0].log_softmax(-1)
        expected -= sum(
            float(log_p[place, label].detach()) for place, label in enumerate(pair.labels) if label != IGNORED
        )
    loss = adapter.loss(adapter.collate(encoded))
    assert float(loss.detach()) == pytest.approx(expected, rel=1e-5)


def test_a_model_that_looks_ahead_does_not_look_at_padding(load: Load) -> None:
    tokenizer = load("gpt2").tokenizer
    torch.manual_seed(0)
    config = BertConfig(vocab_size=len(tokenizer), hidden_size=16, num_attention_heads=2, initializer_range=0.5)
    adapter = CausalAdapter(BertLMHeadModel(config), tokenizer, name="bert")
    adapter.module.eval()
    encoded = [adapter.encode(each, max_input_tokens=64, max_target_tokens=None) for each in EXAMPLES]
    alone = sum(float(adapter.loss(adapter.collate([pair])).detach()) for pair in encoded)
    assert float(adapter.loss(adapter.collate(encoded)).detach()) == pytest.approx(alone, rel=1e-5)


@pytest.mark.parametrize("kind", ["gpt2", "bart"])
def test_a_batch_without_the_places_of_its_targets_has_the_same_loss(load: Load, kind: Kind) -> None:
    adapter = load(kind)
    batch = adapter.collate([adapter.encode(each, max_input_tokens=64, max_target_tokens=None) for each in EXAMPLES])
    expected = float(adapter.loss(batch).detach())
    del batch["scored"]  # as adapters that collate by themselves make it
    assert float(adapter.loss(batch).detach()) == expected


def test_the_head_computes_no_logits_but_those_of_targets(load: Load) -> None:
    adapter = load("gpt2")
    encoded = [adapter.encode(each, max_input_tokens=64, max_target_tokens=None) for each in EXAMPLES]
    shapes = []
    adapter.module.lm_head.register_forward_hook(lambda _, __, logits: shapes.append(tuple(logits.shape[:-1])))
    adapter.loss(adapter.collate(encoded))
    assert shapes == [(1, sum(pair.n_target_tokens for pair in encoded))]
    ids = adapter.collate(encoded)["input_ids"]
    assert adapter.module(input_ids=ids).logits.shape[:2] == ids.shape, "and all of them where nobody asks for less"


class Unusual(torch.nn.Module):
    """Multiplies with its head's weights, and never calls the head."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding, self.head = torch.nn.Embedding(10, 4), torch.nn.Linear(4, 10, bias=False)

    def get_output_embeddings(self) -> torch.nn.Module:
        return self.head

    def forward(self, input_ids: torch.Tensor) -> SimpleNamespace:
        return SimpleNamespace(logits=self.embedding(input_ids) @ self.head.weight.T)


def test_a_head_that_is_not_called_gives_the_same_logits() -> None:
    module, ids = Unusual(), torch.arange(10).reshape(2, 5)
    logits = target_logits(module, {"input_ids": ids}, n_columns=3, scored=torch.tensor([0, 4, 5]))
    assert torch.equal(logits, module(ids).logits[[0, 1, 1], [2, 3, 4]])
