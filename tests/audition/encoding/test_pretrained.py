"""Tokenisers that would not write the same text twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from audition.checkpoints import read_spec
from audition.encoding.pretrained import load_tokenizer
from audition.errors import UsageError
from audition.testing.tokenising.kinds import build_tokenised
from worlds.tokenizer_files import edit

if TYPE_CHECKING:
    from pathlib import Path


def test_merges_are_not_dropped_at_random(tmp_path: Path) -> None:
    folder = build_tokenised("byte-bpe", tmp_path / "it")
    spec = read_spec(str(folder), adapter_for=lambda _: "auto")
    expected = load_tokenizer(spec, str(folder))("Which river? the sea.")["input_ids"]
    edit(folder / "tokenizer.json", {"dropout": 0.5}, within="model")
    tokenizer = load_tokenizer(spec, str(folder))
    assert [tokenizer("Which river? the sea.")["input_ids"] for _ in range(5)] == [expected] * 5


def test_a_tokeniser_that_samples_is_refused(tmp_path: Path) -> None:
    folder = build_tokenised("marian", tmp_path / "it")
    spec = read_spec(str(folder), adapter_for=lambda _: "auto")
    sampling = {"enable_sampling": True, "nbest_size": -1, "alpha": 0.1}
    edit(folder / "tokenizer_config.json", {"sp_model_kwargs": sampling})
    with pytest.raises(UsageError, match="samples: it writes the same text in several ways"):
        load_tokenizer(spec, str(folder))
