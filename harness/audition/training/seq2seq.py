"""The adapter of encoder-decoder models: the public name of `audition.training.adapters.seq2seq`."""

from __future__ import annotations

from audition.training.adapters.seq2seq import Seq2SeqAdapter

__all__ = [
    "Seq2SeqAdapter",
]
