"""Can a tokeniser write the task's targets at all? T5's, on Chinese, scores `<unk>` and looks very good at it."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from transformers import PreTrainedTokenizerBase

MAX_LOSSY_SHARE = 0.01  #: of the test targets; beyond it the losses are not those of the task
_BATCH = 1000  #: texts tokenised at once


def lossy_share(tokenizer: PreTrainedTokenizerBase, targets: Sequence[str]) -> float:
    """Return the share of `targets` that do not survive encoding and decoding, from 0 to 1; 0 if there are none.

    A target is lost if it needs the unknown token, or comes back as another text. Runs of white space and Unicode
    compatibility forms (NFKC) do not count as other: SentencePiece normalises both.
    """
    n_lost = 0
    for start in range(0, len(targets), _BATCH):
        batch = list(targets[start : start + _BATCH])
        encoded = tokenizer(batch, add_special_tokens=False)["input_ids"]
        decoded = tokenizer.batch_decode(encoded, skip_special_tokens=False, clean_up_tokenization_spaces=False)
        for text, ids, back in zip(batch, encoded, decoded, strict=True):
            n_lost += _has_unknown(tokenizer, text, ids) or _normalised(text) != _normalised(back)
    return n_lost / len(targets) if targets else 0.0


def _has_unknown(tokenizer: PreTrainedTokenizerBase, text: str, ids: list[int]) -> bool:
    """Return whether `ids` hold the unknown token without `text` spelling it."""
    return tokenizer.unk_token_id in ids and str(tokenizer.unk_token) not in text


def _normalised(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).split())
