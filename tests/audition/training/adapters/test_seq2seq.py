from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from worlds.adapters import IGNORED, PAIR, ids

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from audition.testing.checkpoints import Kind
    from audition.training.adapters.causal import CausalAdapter
    from audition.training.adapters.seq2seq import Seq2SeqAdapter

    Load: TypeAlias = Callable[[Kind], CausalAdapter | Seq2SeqAdapter]


def test_the_decoder_of_bart_reads_end_and_beginning_but_is_scored_on_neither(load: Load) -> None:
    adapter = load("bart")
    encoded = adapter.encode(PAIR, max_input_tokens=64, max_target_tokens=None)
    beginning, end = adapter.tokenizer.bos_token_id, adapter.tokenizer.eos_token_id
    target = ids(adapter, "the sea")
    assert encoded.input_ids == (beginning, *ids(adapter, "Which river?"), end)
    assert encoded.labels == (IGNORED, *target, end)
    assert adapter.collate([encoded])["decoder_input_ids"].tolist() == [[end, beginning, *target]]


def test_the_decoder_of_t5_starts_with_padding(load: Load) -> None:
    adapter = load("t5")
    batch = adapter.collate([adapter.encode(PAIR, max_input_tokens=64, max_target_tokens=None)])
    target, end = ids(adapter, "the sea"), adapter.tokenizer.eos_token_id
    assert batch["input_ids"].tolist() == [[*ids(adapter, "Which river?"), end]]
    assert batch["decoder_input_ids"].tolist() == [[adapter.tokenizer.pad_token_id, *target]]
    assert batch["labels"].tolist() == [[*target, end]]


@pytest.mark.parametrize("kind", ["bart", "t5"])
def test_a_cut_input_of_an_encoder_keeps_its_end(load: Load, kind: Kind) -> None:
    adapter = load(kind)
    encoded = adapter.encode(replace(PAIR, input="river " * 40), max_input_tokens=10, max_target_tokens=None)
    assert len(encoded.input_ids) == 10
    assert encoded.input_ids[-1] == adapter.tokenizer.eos_token_id
    assert encoded.is_truncated
