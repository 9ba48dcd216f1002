from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from audition.errors import UsageError
from audition.types import Example
from worlds.adapters import IGNORED, PAIR, ids

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from audition.testing.checkpoints import Kind
    from audition.training.adapters.causal import CausalAdapter
    from audition.training.adapters.seq2seq import Seq2SeqAdapter

    Load: TypeAlias = Callable[[Kind], CausalAdapter | Seq2SeqAdapter]


@pytest.mark.parametrize("kind", ["gpt2", "bart"])
def test_a_cut_training_target_has_no_end(load: Load, kind: Kind) -> None:
    adapter = load(kind)
    long = replace(PAIR, target="river " * 100)
    encoded = adapter.encode(long, max_input_tokens=64, max_target_tokens=256)
    targets = [label for label in encoded.labels if label != IGNORED]
    assert tuple(targets) == ids(adapter, long.target)[: len(targets)]
    assert adapter.tokenizer.eos_token_id not in targets
    assert encoded.is_target_cut
    adapter.loss(adapter.collate([encoded]))  # fits the 64 positions


def test_the_input_gives_way_to_a_long_test_target(load: Load) -> None:
    adapter = load("gpt2")
    pair = Example(input="sea " * 60, target="river " * 25)
    encoded = adapter.encode(pair, max_input_tokens=64, max_target_tokens=None)
    assert encoded.n_target_tokens == len(ids(adapter, pair.target)) + 1
    assert len(encoded.input_ids) == 64
    assert encoded.is_truncated
    adapter.loss(adapter.collate([encoded]))


@pytest.mark.parametrize("kind", ["gpt2", "bart"])
def test_a_test_target_that_does_not_fit_is_named(load: Load, kind: Kind) -> None:
    with pytest.raises(
        UsageError, match=r"a target of \d+ tokens \('river river .*…'\) does not fit the 6\d positions"
    ):
        load(kind).encode(replace(PAIR, target="river " * 100), max_input_tokens=64, max_target_tokens=None)
