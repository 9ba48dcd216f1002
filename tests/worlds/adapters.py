"""What tests of several rooms share of adapters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audition.types import Example
from audition_plugins.models import audition_adapters

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from audition.testing.checkpoints import Kind
    from audition.training.adapters.causal import CausalAdapter
    from audition.training.adapters.seq2seq import Seq2SeqAdapter

    Load: TypeAlias = Callable[[Kind], CausalAdapter | Seq2SeqAdapter]


ENTRIES = {entry.name: entry for entry in audition_adapters()}


PAIR = Example(input="Which river?", target="the sea")


IGNORED = -100


def ids(adapter: CausalAdapter | Seq2SeqAdapter, text: str) -> tuple[int, ...]:
    return tuple(adapter.tokenizer(text, add_special_tokens=False)["input_ids"])
