from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from audition.testing.tokenisers import build_tokeniser
from audition.training.lossy import lossy_share

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

ROLES = {"eos": "</s>", "unk": "<unk>", "pad": "<pad>"}
UNKNOWN = {"unk_token": "<unk>"}
HARD = ["名字 «ß»", "tab\there", "two\nlines", "e\u0301", "🙂", "<unk> spelled out", "</s>"]


@pytest.fixture(scope="module")
def byte_level() -> PreTrainedTokenizerBase:
    return build_tokeniser("gpt2", 300, ROLES)


@pytest.fixture(scope="module")
def english_words() -> PreTrainedTokenizerBase:
    """Return a tokeniser that knows four words, and nothing else."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    words = ["<unk>", "</s>", "the", "red", "house", "stands"]
    backend = Tokenizer(models.WordLevel({word: place for place, word in enumerate(words)}, **UNKNOWN))
    backend.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    backend.decoder = decoders.WordPiece(prefix="##", cleanup=False)
    make: Any = PreTrainedTokenizerFast
    tokeniser: PreTrainedTokenizerBase = make(tokenizer_object=backend, **UNKNOWN)
    return tokeniser


def test_a_byte_level_tokeniser_writes_everything(byte_level: PreTrainedTokenizerBase) -> None:
    assert lossy_share(byte_level, HARD) == 0


def test_targets_that_need_the_unknown_token_are_lost(english_words: PreTrainedTokenizerBase) -> None:
    assert lossy_share(english_words, ["the red house", "das rote Haus", "红房子", "the house stands"]) == 0.5


def test_white_space_and_compatibility_forms_do_not_count(english_words: PreTrainedTokenizerBase) -> None:
    assert lossy_share(english_words, ["the\n red  house "]) == 0


def test_a_target_that_comes_back_in_other_letters_is_lost(english_words: PreTrainedTokenizerBase) -> None:
    from tokenizers import normalizers

    backend = english_words.backend_tokenizer
    backend.normalizer = normalizers.Lowercase()
    try:
        assert lossy_share(english_words, ["the red house", "The red house"]) == 0.5
    finally:
        backend.normalizer = normalizers.Sequence([])


def test_without_targets_nothing_is_lost(byte_level: PreTrainedTokenizerBase) -> None:
    assert lossy_share(byte_level, []) == 0


def test_shares_count_over_many_batches(english_words: PreTrainedTokenizerBase) -> None:
    assert lossy_share(english_words, ["the house"] * 1500 + ["a house"] * 500) == 0.25
