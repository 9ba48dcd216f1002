"""Which rows are encoded differently since the first version of audition: only their measurements have another key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audition.encoding.chat import DATE

if TYPE_CHECKING:
    from audition.encoding.loading import Encoder
    from audition.types import Example, Recipe

#: what a key says of them: raised when an encoding changes again; the date is what chat templates take for today
VERSION = {"encoding": 2, "template_date": DATE}
_MARGIN = 2  #: tokens that a tokeniser may write beyond the bytes of a text


def is_new(encoder: Encoder, example: Example, recipe: Recipe, *, is_test: bool) -> bool:
    """Return whether the ids or labels of `example` are not those of version 1.

    They are where a chat template writes it, where targets have a vocabulary or a language of their own, where text
    spells a special token, where a training target is cut, and where a conversation loses turns.
    """
    vocabulary = encoder.vocabulary
    if encoder.uses_template(example) or (vocabulary.has_target_mode and encoder.writes_targets_apart):
        return True
    if vocabulary.special.search(example.input) or vocabulary.special.search(example.target):
        return True
    limits: dict[str, Any] = {"max_input_tokens": recipe.max_input_tokens}
    may_cut_target = not is_test and _may_exceed(example.target, recipe.max_target_tokens)
    may_cut_turns = bool(example.turns) and _may_exceed(example.input, recipe.max_input_tokens)
    if not (may_cut_target or may_cut_turns):
        return False
    pair = encoder.encode(example, **limits, max_target_tokens=None if is_test else recipe.max_target_tokens)
    return pair.is_target_cut or (bool(example.turns) and pair.is_input_cut)


def _may_exceed(text: str, limit: int) -> bool:
    """Return whether `text` may have more than `limit` tokens; no tokeniser makes more of it than bytes."""
    return len(text.encode()) + _MARGIN > limit
