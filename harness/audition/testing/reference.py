"""The loss of one pair by the plainest route, to hold adapters against."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audition.types import Example
from audition.types.lazy import LazyModule
from audition.types.protocols import ModelAdapter

if TYPE_CHECKING:
    import torch
else:
    torch = LazyModule("torch")


def reference_loss(adapter: ModelAdapter, example: Example) -> float:
    """Return Σ −log p(target token) in nats, end of sequence included, one token after the other.

    Nothing of the adapter is used but its module and tokeniser: no batch, no padding, no labels. Decoder-only models
    read the input with the tokeniser's own beginning of sequence, a line break, and the target. Encoder-decoder models
    read the input with all its special tokens; the decoder starts with its start token, and with the tokeniser's
    beginning of sequence where it writes one.
    """
    import torch

    tokenizer, module = adapter.tokenizer, adapter.module
    prompt = tokenizer(example.input)["input_ids"]
    target = [*_plain(tokenizer, example.target), tokenizer.eos_token_id]
    with torch.no_grad():
        if module.config.is_encoder_decoder:
            start = [module.config.decoder_start_token_id]
            if prompt[0] == tokenizer.bos_token_id:
                start.append(tokenizer.bos_token_id)
            ids = torch.tensor([start + target])
            logits = module(input_ids=torch.tensor([prompt]), decoder_input_ids=ids).logits[0]
        else:
            ids = torch.tensor([prompt + _plain(tokenizer, "\n") + target])
            logits = module(input_ids=ids).logits[0]
    return _score(logits, ids[0], len(target))


def _plain(tokenizer: Any, text: str) -> list[int]:  # noqa: ANN401 - untyped call
    return list(tokenizer(text, add_special_tokens=False)["input_ids"])


def _score(logits: torch.Tensor, ids: torch.Tensor, n_target: int) -> float:
    """Return Σ −log p of the last `n_target` ids, each from the logits one place before it."""
    total = 0.0
    for place in range(len(ids) - n_target, len(ids)):
        scores = logits[place - 1].double()
        total -= float(scores[ids[place]] - scores.logsumexp(0))
    return total
