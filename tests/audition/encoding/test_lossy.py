from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from audition.testing.tokenisers import build_tokeniser
from audition.types import Example
from worlds.spellings import encoder

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


ROLES = {"eos": "</s>", "unk": "<unk>", "pad": "<pad>"}


HARD = ["名字 «ß»", "tab\there", "two\nlines", "e\u0301", "🙂", "<unk> spelled out", "</s>", " led", "two  spaces\n"]


def lossy(tokenizer: PreTrainedTokenizerBase, target: str) -> bool:
    return encoder(tokenizer).is_lossy(Example(input="say", target=target))


@pytest.fixture(scope="module")
def byte_level() -> PreTrainedTokenizerBase:
    return build_tokeniser("gpt2", 300, ROLES)


@pytest.mark.parametrize("target", HARD)
def test_a_byte_level_tokeniser_writes_everything(byte_level: PreTrainedTokenizerBase, target: str) -> None:
    assert not lossy(byte_level, target)


def test_targets_that_need_the_unknown_token_are_lost(english_words: PreTrainedTokenizerBase) -> None:
    targets = ["the red house", "das rote Haus", "红房子", "the house stands"]
    assert [lossy(english_words, target) for target in targets] == [False, True, True, False]


def test_one_space_at_either_end_does_not_count(english_words: PreTrainedTokenizerBase) -> None:
    assert not lossy(english_words, " the red house ")


@pytest.mark.parametrize("target", ["the  house", "the\nhouse", "the\thouse", "the house\n", "  the house"])
def test_other_white_space_that_comes_back_as_a_space_is_lost(
    english_words: PreTrainedTokenizerBase, target: str
) -> None:
    assert lossy(english_words, target)


def test_compatibility_forms_do_not_count(byte_level: PreTrainedTokenizerBase) -> None:
    from tokenizers import normalizers

    byte_level.backend_tokenizer.normalizer = normalizers.NFKC()
    try:
        assert not lossy(byte_level, "ﬁne ①")
    finally:
        byte_level.backend_tokenizer.normalizer = normalizers.Sequence([])


def test_a_target_that_comes_back_in_other_letters_is_lost(english_words: PreTrainedTokenizerBase) -> None:
    from tokenizers import normalizers

    backend = english_words.backend_tokenizer
    backend.normalizer = normalizers.Lowercase()
    try:
        assert [lossy(english_words, target) for target in ("the red house", "The red house")] == [False, True]
    finally:
        backend.normalizer = normalizers.Sequence([])
