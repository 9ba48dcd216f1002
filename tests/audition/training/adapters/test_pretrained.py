from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from audition.errors import UsageError
from worlds.adapters import PAIR

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from audition.testing.checkpoints import Kind
    from audition.training.adapters.causal import CausalAdapter
    from audition.training.adapters.seq2seq import Seq2SeqAdapter

    Load: TypeAlias = Callable[[Kind], CausalAdapter | Seq2SeqAdapter]


def test_relative_positions_have_no_limit(load: Load) -> None:
    adapter = load("t5")
    encoded = adapter.encode(replace(PAIR, target="river " * 300), max_input_tokens=64, max_target_tokens=None)
    assert encoded.n_target_tokens > 300
    assert not encoded.is_truncated


def test_a_token_without_an_embedding_is_refused(load: Load) -> None:
    adapter = load("gpt2")
    adapter.tokenizer.add_tokens([f"<new{index}>" for index in range(300)])
    with pytest.raises(UsageError, match=r"makes token \d+, but the model has 512 embeddings: resize them"):
        adapter.encode(replace(PAIR, input="<new299>"), max_input_tokens=64, max_target_tokens=None)


def test_a_tokeniser_without_an_end_is_refused(load: Load) -> None:
    adapter = load("gpt2")
    adapter.tokenizer.eos_token = None
    with pytest.raises(UsageError, match="has no end-of-sequence token"):
        adapter.encode(PAIR, max_input_tokens=64, max_target_tokens=None)
