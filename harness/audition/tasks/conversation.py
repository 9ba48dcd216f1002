"""Conversations as plain text, for models that have no chat template of their own."""

from __future__ import annotations

import json
from collections.abc import Sequence

from audition.types import Turn


def plain_text(turns: Sequence[Turn], tools: str = "") -> str:
    """Return turns as text that asks for an answer: a lone question as it is, else "User: …" and so on.

    Args:
        turns: the conversation so far, at least one turn.
        tools: JSON list of the tools it offers; "" for none.
    """
    if len(turns) == 1 and not tools:
        return spoken(turns[0])
    paragraphs = [f"{turn.role.capitalize()}: {spoken(turn)}" for turn in turns]
    return "\n\n".join([*([f"Tools: {tools}"] if tools else []), *paragraphs, "Assistant:"])


def spoken(turn: Turn) -> str:
    """Return what a turn says, calls of tools included as JSON."""
    calls = json.loads(turn.extra).get("tool_calls") if turn.extra else None
    if not calls:
        return turn.content
    return "\n".join(filter(None, [turn.content, json.dumps(calls, ensure_ascii=False)]))
