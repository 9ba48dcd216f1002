"""Prepare one row for an encoder: write its conversation as text, cut its target."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audition.errors import UsageError
from audition.tasks.conversation import plain_text

if TYPE_CHECKING:
    from audition.encoding.pairs import Ids
    from audition.types import Example

_SHOWN = 40  #: characters of a text in an error


def is_conversation(example: Example) -> bool:
    """Return whether the input is the plain text of the example's turns, so that whole turns can be left out."""
    return bool(example.turns) and example.input == plain_text(example.turns, example.tools)


def fit_target(answer: Ids, end: Ids, *, text: str, max_tokens: int | None, room: int, owner: str) -> tuple[Ids, bool]:
    """Return a target with its end, or its beginning without one, and whether it was cut.

    A target that was cut has no end: a model would learn to stop where it was cut.

    Args:
        answer: ids of the target alone.
        end: ids that end it.
        text: the target, for the error.
        max_tokens: cut to so many, the end included; None: never cut.
        room: positions the model has for it.
        owner: the model's name, for the error.

    Raises:
        UsageError: it may not be cut, and the model has no room for it.
    """
    whole = answer + end
    limit = room if max_tokens is None else min(room, max_tokens)
    if len(whole) <= limit:
        return whole, False
    if max_tokens is None or limit < 1:
        raise UsageError(
            f"a target of {len(whole)} tokens ({shorten(text)!r}) does not fit the {max(room, 0)} positions that "
            f"{owner!r} has for it, and test targets are never cut"
        )
    return whole[: min(limit, len(answer))], True


def shorten(text: str) -> str:
    """Return the beginning of `text`, for an error."""
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
