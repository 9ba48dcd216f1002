"""Conversations as a model's own chat template writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audition.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from audition.types import Turn


def chat_prompt(tokenizer: Any, turns: Sequence[Turn], *, owner: str) -> tuple[str, str]:  # noqa: ANN401 - untyped call
    """Return the conversation and the cue that opens the assistant's answer, as text with its special tokens.

    Raises:
        UsageError: the template refuses the conversation, such as two user turns in a row.
    """
    from jinja2 import TemplateError

    messages = [{"role": turn.role, "content": turn.content} for turn in turns]

    def render(*, with_cue: bool) -> str:
        return str(tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=with_cue))

    try:
        text, whole = render(with_cue=False), render(with_cue=True)
    except TemplateError as error:
        roles = ", ".join(turn.role for turn in turns)
        raise UsageError(f"the chat template of {owner!r} refuses a conversation of {roles}: {error}") from error
    # A template may have no cue, or write the last turn differently before one: then nothing can be told apart.
    return (text, whole.removeprefix(text)) if whole.startswith(text) else (whole, "")
