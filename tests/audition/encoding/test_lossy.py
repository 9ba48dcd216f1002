from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from audition.encoding import NO_LIMIT, CausalEncoder, Vocabulary
from audition.readings.survey import survey
from audition.testing.tokenisers import build_tokeniser
from audition.types import Example, Recipe, Survey

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

ROLES = {"eos": "</s>", "unk": "<unk>", "pad": "<pad>"}
UNKNOWN, END = {"unk_token": "<unk>"}, {"eos_token": "</s>"}
HARD = ["名字 «ß»", "tab\there", "two\nlines", "e\u0301", "🙂", "<unk> spelled out", "</s>", " led", "two  spaces\n"]


def lossy(tokenizer: PreTrainedTokenizerBase, target: str) -> bool:
    return encoder(tokenizer).is_lossy(Example(input="say", target=target))


def encoder(tokenizer: PreTrainedTokenizerBase) -> CausalEncoder:
    vocabulary = Vocabulary.of(tokenizer, n_vocab=NO_LIMIT, owner="it")
    return CausalEncoder(vocabulary=vocabulary, n_positions=NO_LIMIT)


@pytest.fixture(scope="module")
def byte_level() -> PreTrainedTokenizerBase:
    return build_tokeniser("gpt2", 300, ROLES)


@pytest.fixture(scope="module")
def english_words() -> PreTrainedTokenizerBase:
    """Return a tokeniser that knows five words, and nothing else."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    words = ["<unk>", "</s>", "a", "the", "red", "house", "stands"]
    backend = Tokenizer(models.WordLevel({word: place for place, word in enumerate(words)}, **UNKNOWN))
    backend.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    backend.decoder = decoders.WordPiece(prefix="##", cleanup=False)
    make: Any = PreTrainedTokenizerFast
    tokeniser: PreTrainedTokenizerBase = make(tokenizer_object=backend, **UNKNOWN, **END)
    return tokeniser


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


def test_the_share_of_lost_targets_is_told_and_judged(english_words: PreTrainedTokenizerBase) -> None:
    def share(targets: list[str]) -> Survey:
        rows = [Example(input="a", target=each) for each in targets]
        return survey(encoder(english_words), [], rows, Recipe(name="r"))

    few, many = share(["the house"] * 199 + ["our house"]), share(["the house"] * 3 + ["our house"])
    assert (few.lossy, few.is_lossy, many.lossy, many.is_lossy) == (0.005, False, 0.25, True)
    assert few.notes == ("0.5% of the test targets cannot be given back (measured)",)
