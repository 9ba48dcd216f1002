"""Tokenisers that would not write the same text twice."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from audition.checkpoints import read_spec
from audition.encoding.pretrained import load_tokenizer
from audition.errors import UsageError
from audition.testing.tokenising.kinds import build_tokenised

if TYPE_CHECKING:
    from pathlib import Path


def edit(path: Path, change: dict[str, Any], *, within: str | None = None) -> None:
    held = json.loads(path.read_text())
    (held if within is None else held[within]).update(change)
    path.write_text(json.dumps(held))


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


@pytest.mark.parametrize("kind", ["nllb", "mbart", "m2m100"])
def test_a_tokeniser_that_does_not_know_the_language_of_targets_is_refused(kind: str, tmp_path: Path) -> None:
    from audition.encoding.loading import load_encoder

    folder = build_tokenised(kind, tmp_path / "it")
    edit(folder / "tokenizer_config.json", {"tgt_lang": None})
    spec = read_spec(str(folder), adapter_for=lambda _: "auto")
    with pytest.raises(UsageError, match=r'writes a language before each target.*"src_lang" and "tgt_lang"'):
        load_encoder(spec, str(folder))
