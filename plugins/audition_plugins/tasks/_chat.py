"""Conversations: the last assistant turn is the target, the turns before it are the input."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from audition.conversation import plain_text
from audition.types import Example, Turn
from audition_plugins.tasks._rows import RowError, shorten

if TYPE_CHECKING:
    from audition_plugins.tasks._rows import Row

COLUMN = "messages"
_ROLES = ("system", "user", "assistant")


def read_conversation(row: Row, column: str) -> Example:
    """Return the pair that a list of {role, content} makes; turns after the last answer are left out.

    Raises:
        RowError: it is no such list, has no answer, or nothing before it.
    """
    messages = row.get(column)
    if not isinstance(messages, list):
        raise RowError(row.place, f"{column!r} must be a list of turns", shorten(messages))
    turns = [_read_turn(row, column, number, message) for number, message in enumerate(messages, start=1)]
    answers = [place for place, turn in enumerate(turns) if turn.role == "assistant"]
    if not answers:
        raise RowError(row.place, f"{column!r} must hold an assistant turn", f"{len(turns)} turns without one")
    before, answer = turns[: answers[-1]], turns[answers[-1]]
    if not before:
        raise RowError(row.place, f"{column!r} must hold a turn before the last assistant turn", "none")
    return Example(input=plain_text(before), target=answer.content, turns=tuple(before))


def _read_turn(row: Row, column: str, number: int, message: object) -> Turn:
    rule, where = f"turns of {column!r} must have", f"in turn {number}"
    if not isinstance(message, Mapping):
        raise RowError(row.place, f"{rule} role and content", f"{shorten(message)} {where}")
    role, content = message.get("role"), message.get("content")
    if not isinstance(role, str) or role not in _ROLES:
        raise RowError(row.place, f"{rule} the role system, user or assistant", f"{shorten(role)} {where}")
    if not isinstance(content, str) or not content.strip():
        raise RowError(row.place, f"{rule} text as content", f"{shorten(content)} {where}")
    return Turn(role=role, content=content)
