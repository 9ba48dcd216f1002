"""From examples to token ids: one encoding, the same in training, scoring, checking and generation.

Nothing here needs a model's weights: a tokeniser and two numbers of its configuration will do. So a plan can say what a
candidate will read before the candidate is loaded.
"""

from __future__ import annotations

from audition.encoding.causal import CausalEncoder
from audition.encoding.pairs import EncodedPair, attention_mask, pad_rows
from audition.encoding.pretrained import load_config
from audition.encoding.seq2seq import Seq2SeqEncoder
from audition.encoding.vocabulary import NO_LIMIT, Vocabulary

__all__ = [
    "NO_LIMIT",
    "CausalEncoder",
    "EncodedPair",
    "Seq2SeqEncoder",
    "Vocabulary",
    "attention_mask",
    "load_config",
    "pad_rows",
]
