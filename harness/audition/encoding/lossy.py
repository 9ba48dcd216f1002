"""Tell whether a tokeniser can write a task's targets: T5's, on Chinese, scores `<unk>` and looks very good at it."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from audition.encoding.vocabulary import Vocabulary
    from audition.types import Example
    from audition.types.protocols import ModelAdapter


def is_lossy(vocabulary: Vocabulary, text: str, ids: Sequence[int]) -> bool:
    """Return whether `ids`, which are what the loss sees of `text`, do not give it back.

    They do not if they hold the unknown token, or are decoded to another text. Unicode compatibility forms (NFKC) do
    not count as other, since SentencePiece normalises them. White space does: only the one space that a vocabulary of
    words puts at either end may come or go.
    """
    return vocabulary.has_unknown(ids) or _normalised(vocabulary.decode(ids)) != _normalised(text)


def _normalised(text: str) -> str:
    return unicodedata.normalize("NFKC", text).removeprefix(" ").removesuffix(" ")


def lossy_share(adapter: ModelAdapter, examples: Sequence[Example]) -> float:
    """Return the share of targets that the adapter's tokeniser cannot give back, from 0 to 1; 0 if there are none.

    An adapter that encodes in its own way is asked for no more than its tokeniser.
    """
    encoder = getattr(adapter, "encoder", None)
    if encoder is None:
        lost = sum(_is_lost(adapter.tokenizer, example.target) for example in examples)
    else:
        lost = sum(encoder.is_lossy(example) for example in examples)
    return lost / len(examples) if examples else 0.0


def _is_lost(tokenizer: Any, text: str) -> bool:  # noqa: ANN401 - of any adapter
    ids = tokenizer([text], add_special_tokens=False)["input_ids"]
    back = tokenizer.batch_decode(ids, skip_special_tokens=False, clean_up_tokenization_spaces=False)[0]
    has_unknown = tokenizer.unk_token_id in ids[0] and str(tokenizer.unk_token) not in text
    return has_unknown or _normalised(back) != _normalised(text)


def lossy_note(share: float) -> str:
    """Return what is said of a candidate that cannot write the targets."""
    return f"the tokeniser cannot give {share:.1%} of the test targets back"
