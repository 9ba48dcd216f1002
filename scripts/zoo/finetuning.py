"""A short fine-tuning of one zoo model, to find its learning rate and to see what its pre-training is worth.

The harness has its own, complete training code; this one is what the recipe needs before any card exists.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch.nn.functional import cross_entropy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from transformers import PreTrainedModel, PreTrainedTokenizerBase

    from audition.types import Example as Pair
    from audition.types.protocols import TaskLoader

_IGNORED = -100
_BATCH = 8
_EPOCHS = 2
_WARM_UP = 0.1
_MAX_INPUT = 256  #: tokens; the end of a longer input is cut
_MAX_TARGET = 128  #: tokens, in training only: a target that is scored is never cut
_ROWS_AT_ONCE = 32

Example = tuple[list[int], list[int]]  #: input tokens, target tokens with end of sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskSlices:
    """The beginnings of a task's splits."""

    name: str
    train: Sequence[Pair]
    validation: Sequence[Pair]
    test: Sequence[Pair]


def read_slices(task: TaskLoader, sizes: tuple[int, int, int]) -> TaskSlices:
    """Return the first rows of each split."""
    n_train, n_validation, n_test = sizes
    return TaskSlices(
        name=task.spec.name,
        train=task.train(n_train, seed=0),
        validation=task.validation(n_validation),
        test=task.test(n_test),
    )


def fine_tune(
    network: PreTrainedModel, tokeniser: PreTrainedTokenizerBase, rows: Sequence[Pair], rate: float, seed: int
) -> None:
    """Train the network in place: AdamW, cosine with warm-up, loss weighted by target tokens within a batch."""
    examples = [_encode(network, tokeniser, row, _MAX_TARGET) for row in rows]
    generator = torch.Generator().manual_seed(seed)
    optimiser = torch.optim.AdamW(network.parameters(), lr=rate, weight_decay=0.01)
    n_steps = _EPOCHS * math.ceil(len(examples) / _BATCH)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: _rate_share(step, n_steps))
    network.train()
    for _ in range(_EPOCHS):
        order = torch.randperm(len(examples), generator=generator).tolist()
        for start in range(0, len(order), _BATCH):
            loss, n_tokens = _summed_loss(network, [examples[index] for index in order[start : start + _BATCH]])
            (loss / n_tokens).backward()  # type: ignore[no-untyped-call]  # the library leaves it untyped
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            optimiser.zero_grad(set_to_none=True)


@torch.no_grad()
def loss_per_byte(network: PreTrainedModel, tokeniser: PreTrainedTokenizerBase, rows: Sequence[Pair]) -> float:
    """Return nats per UTF-8 byte of the raw targets, end of sequence included."""
    network.train(mode=False)
    examples = sorted((_encode(network, tokeniser, row, None) for row in rows), key=lambda pair: sum(map(len, pair)))
    batches = (examples[start : start + _ROWS_AT_ONCE] for start in range(0, len(examples), _ROWS_AT_ONCE))
    total = sum(_summed_loss(network, batch)[0].item() for batch in batches)
    return float(total / sum(len(row.target.encode()) for row in rows))


def _rate_share(step: int, n_steps: int) -> float:
    n_warm_up = max(1, round(_WARM_UP * n_steps))
    if step < n_warm_up:
        return (step + 1) / n_warm_up
    return 0.5 * (1 + math.cos(math.pi * (step - n_warm_up) / max(1, n_steps - n_warm_up)))


def _encode(network: PreTrainedModel, tokeniser: PreTrainedTokenizerBase, row: Pair, max_target: int | None) -> Example:
    """Return tokens as the harness does: input and line break, or input and end of sequence for an encoder."""
    end = [tokeniser.eos_token_id]
    source: list[int] = tokeniser.encode(row.input, add_special_tokens=False)[:_MAX_INPUT]
    target: list[int] = tokeniser.encode(row.target, add_special_tokens=False)[:max_target]
    is_seq2seq = network.config.is_encoder_decoder
    return source + (end if is_seq2seq else tokeniser.encode("\n", add_special_tokens=False)), target + end


def _summed_loss(network: PreTrainedModel, examples: Sequence[Example]) -> tuple[torch.Tensor, int]:
    """Return the summed negative log-likelihood of the target tokens, and their number."""
    if network.config.is_encoder_decoder:
        sources, labels = zip(*examples, strict=True)
        logits = network(
            input_ids=_pad(sources, network.config.pad_token_id),
            attention_mask=_pad([[1] * len(source) for source in sources], 0),
            labels=(padded := _pad(labels, _IGNORED)),
        ).logits
    else:
        rows = [source + target for source, target in examples]
        masked = [[_IGNORED] * len(source) + target for source, target in examples]
        padded = _pad(masked, _IGNORED)[:, 1:]
        logits = network(
            input_ids=_pad(rows, network.config.pad_token_id), attention_mask=_pad([[1] * len(row) for row in rows], 0)
        ).logits[:, :-1]
    loss = cross_entropy(logits.flatten(0, 1), padded.flatten(), ignore_index=_IGNORED, reduction="sum")
    return loss, int((padded != _IGNORED).sum())


def _pad(rows: Sequence[Sequence[int]], value: int) -> torch.Tensor:
    tensors = [torch.tensor(row) for row in rows]
    return torch.nn.utils.rnn.pad_sequence(tensors, batch_first=True, padding_value=value)
