"""What tests of several rooms share of spellings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audition.encoding import NO_LIMIT, CausalEncoder, Vocabulary

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


UNKNOWN, END = {"unk_token": "<unk>"}, {"eos_token": "</s>"}


def encoder(tokenizer: PreTrainedTokenizerBase) -> CausalEncoder:
    vocabulary = Vocabulary.of(tokenizer, n_vocab=NO_LIMIT, owner="it")
    return CausalEncoder(vocabulary=vocabulary, n_positions=NO_LIMIT)
