"""What an example is to a model by the plainest route: transformers renders and tokenises, torch scores."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from audition.encoding.chat import DATE

if TYPE_CHECKING:
    from audition.types import Example
    from audition.types.protocols import ModelAdapter


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """One example as ids. A decoder-only model reads `before` and `target` as one sequence."""

    inputs: list[int]  #: what an encoder reads; empty for a decoder-only model
    before: list[int]  #: what stands before the target, and is not scored
    target: list[int]  #: what is scored, its end included


def reference_of(adapter: ModelAdapter, example: Example) -> Reference:
    """Return the ids of `example`."""
    tokenizer: Any = adapter.tokenizer
    if adapter.module.config.is_encoder_decoder:
        return _translated(adapter, example)
    if example.turns and tokenizer.chat_template:
        return _rendered(tokenizer, example)
    prompt = _ids(tokenizer, example.input, add_special_tokens=True)
    separator = _ids(tokenizer, "\n") or [tokenizer.eos_token_id]
    target = [*_ids(tokenizer, example.target), tokenizer.eos_token_id]
    return Reference(inputs=[], before=prompt + separator, target=target)


def nll(adapter: ModelAdapter, reference: Reference) -> float:
    """Return Σ −log p of the target's ids in nats, in float64 from the model's own logits."""
    import torch

    module: Any = adapter.module
    ids = torch.tensor([reference.before + reference.target])
    with torch.no_grad():
        if reference.inputs:
            logits = module(input_ids=torch.tensor([reference.inputs]), decoder_input_ids=ids).logits
        else:
            logits = module(input_ids=ids).logits
    first = len(reference.before)
    scores = logits[0, first - 1 : -1].double().log_softmax(-1)
    return -float(scores.gather(1, ids[0, first:, None]).sum())


def _ids(tokenizer: Any, text: str, *, add_special_tokens: bool = False) -> list[int]:  # noqa: ANN401 - untyped call
    return list(tokenizer(text, add_special_tokens=add_special_tokens)["input_ids"])


def _translated(adapter: ModelAdapter, example: Example) -> Reference:
    """Return what transformers makes of a pair: its labels, less what stands before the target or after its end."""
    both: Any = adapter.tokenizer(example.input, text_target=example.target)
    labels, eos = list(both["labels"]), adapter.tokenizer.eos_token_id
    bare = list(adapter.tokenizer(text_target=example.target, add_special_tokens=False)["input_ids"])
    start = next(at for at in range(len(labels)) if labels[at : at + len(bare)] == bare)
    after = labels[start + len(bare) + 1 :]  # mBART's language, which the decoder starts with
    first = after or [adapter.module.config.decoder_start_token_id]
    return Reference(inputs=list(both["input_ids"]), before=[*first, *labels[:start]], target=[*bare, eos])


def _rendered(tokenizer: Any, example: Example) -> Reference:  # noqa: ANN401 - untyped call
    """Return what the template writes: of the answer's turn, all after its beginning up to the token that ends it."""
    messages = [{"role": turn.role, "content": turn.content} for turn in example.turns]
    text = tokenizer.apply_chat_template([*messages, {"role": "assistant", "content": example.target}], tokenize=False)
    text = text.replace(f"{datetime.now():%d %b %Y}", f"{datetime.fromisoformat(DATE):%d %b %Y}")
    before, _, after = text.rpartition(example.target)
    special = re.search("|".join(map(re.escape, tokenizer.all_special_tokens)), after)
    end = after[: special.end()] if special else ""
    prompt = _ids(tokenizer, before.rstrip(" "))  # a space belongs to the word after it
    whole = _ids(tokenizer, before + example.target + end)
    return Reference(inputs=[], before=prompt, target=whole[len(prompt) :])
