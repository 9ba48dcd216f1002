"""Conversations: the last assistant turn is the target, the turns before it are the input."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from audition.tasks import plain_text
from audition.types import Example, Turn
from audition_plugins.tasks.readers.rows import RowError, shorten
from audition_plugins.tasks.readers.values import from_json, plain, without_nulls

if TYPE_CHECKING:
    from collections.abc import Sequence

    from audition_plugins.tasks.readers.rows import Row

COLUMNS = ("messages", "conversations", "conversation")  #: that hold conversations
TOOLS, SYSTEM, HISTORY = "tools", ("system", "system_prompt"), "history"  #: columns beside them
_ROLES = {
    **dict.fromkeys(("system", "developer"), "system"),
    **dict.fromkeys(("user", "human", "prompter"), "user"),
    **dict.fromkeys(("assistant", "gpt", "model", "bot", "chatgpt", "function_call"), "assistant"),
    **dict.fromkeys(("tool", "function", "observation", "function_response", "ipython"), "tool"),
}
_KEPT = ("tool_calls", "tool_call_id", "name")  #: keys of a message that templates read, besides role and content
EMPTY_SYSTEM = "empty system turns left out"


def read_conversation(row: Row, column: str, notes: list[str] | None = None) -> Example:
    """Return the pair that a list of messages makes; turns after the last answer are left out.

    Messages have role and content, or from and value (ShareGPT); a list may be written as JSON. `notes` gets what is
    left out for a reason.

    Raises:
        RowError: it is no such list, has no answer in words, or nothing before it.
    """
    turns = read_turns(row, column, row.get(column), notes)
    system = next((row.values[name] for name in SYSTEM if name in row.values), None)
    if isinstance(system, str) and system.strip() and not any(turn.role == "system" for turn in turns):
        turns = [Turn(role="system", content=system), *turns]
    return conversation(row, column, turns)


def read_turns(row: Row, column: str, value: object, notes: list[str] | None = None) -> list[Turn]:
    """Return the turns that a list of messages holds, empty system turns left out.

    Raises:
        RowError: it is no such list.
    """
    messages = from_json(value)
    if not isinstance(messages, list):
        broken = isinstance(value, str) and value.lstrip()[:1] == "["
        got = "broken JSON" if broken else shorten(messages)
        raise RowError(row.place, f"{column!r} must be a list of turns", got)
    turns = [_read_turn(row, column, number, message) for number, message in enumerate(messages, start=1)]
    kept = [turn for turn in turns if turn.role != "system" or turn.content]
    if notes is not None and len(kept) < len(turns):
        notes.append(EMPTY_SYSTEM)
    return kept


def conversation(row: Row, column: str, turns: Sequence[Turn]) -> Example:
    """Return turns as a pair.

    Raises:
        RowError: there is no answer in words, or nothing before it.
    """
    answers = [place for place, turn in enumerate(turns) if turn.role == "assistant"]
    if not answers:
        raise RowError(row.place, f"{column!r} must hold an assistant turn", f"{len(turns)} turns without one")
    before, answer = tuple(turns[: answers[-1]]), turns[answers[-1]]
    if not before:
        raise RowError(row.place, f"{column!r} must hold a turn before the last assistant turn", "none")
    if not answer.content:
        raise RowError(
            row.place,
            f"the last assistant turn of {column!r} must have words",
            "a call of a tool alone; end the conversation with an answer, or write the call as its content",
        )
    tools = _tools(row)
    return Example(input=plain_text(before, tools), target=answer.content, turns=before, tools=tools)


def pair_with_history(row: Row, text: str, target: str) -> Example | None:
    """Return a pair with its columns `system` and `history` as a conversation; None where both are empty.

    Raises:
        RowError: the history is no list of [user, assistant] pairs.
    """
    system = next((row.values[name] for name in SYSTEM if name in row.values), None)
    history = from_json(row.values.get(HISTORY))
    turns = [Turn(role="system", content=system)] if isinstance(system, str) and system.strip() else []
    for exchange in history if isinstance(history, list) else ():
        if not isinstance(exchange, list | tuple) or len(exchange) != 2 or not all(map(_is_text, exchange)):
            raise RowError(row.place, f"{HISTORY!r} must be a list of [user, assistant]", shorten(exchange))
        turns += [Turn(role="user", content=exchange[0]), Turn(role="assistant", content=exchange[1])]
    if not turns:
        return None
    turns.append(Turn(role="user", content=text))
    return Example(input=plain_text(turns), target=target, turns=tuple(turns))


def holds_messages(value: object) -> bool:
    """Return whether a value is a list of messages, or JSON of one."""
    found = from_json(value)
    return isinstance(found, list) and bool(found) and all(isinstance(each, Mapping) for each in found)


def _read_turn(row: Row, column: str, number: int, message: object) -> Turn:
    where = f"in turn {number}"
    if not isinstance(message, Mapping):
        raise RowError(row.place, f"turns of {column!r} must have role and content", f"{shorten(message)} {where}")
    named = message.get("role", message.get("from"))
    role = _ROLES.get(named.lower()) if isinstance(named, str) else None
    if role is None:
        known = f"turns of {column!r} must have the role system, user, assistant or tool"
        raise RowError(row.place, known, f"{shorten(named)} {where}")
    extra = _extra(message)
    given = message.get("content", message.get("value"))
    content = _result(given) if role == "tool" else _content(row, column, where, given)
    if named == "function_call" and content:
        extra, content = _spoken_call(extra, content)
    if not content.strip():
        if role in ("system", "tool") or "tool_calls" in extra:  # a tool may well have nothing to say
            content = ""
        else:
            raise RowError(row.place, f"turns of {column!r} must have text as content", f"{shorten(given)} {where}")
    said = json.dumps(extra, ensure_ascii=False, sort_keys=True) if extra else ""
    return Turn(role=role, content=content, extra=said)


def _content(row: Row, column: str, where: str, value: object) -> str:
    """Return the text of a message's content: a string, or parts of text."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "".join(_part(row, column, where, part) for part in value)
    raise RowError(row.place, f"turns of {column!r} must have text as content", f"{shorten(value)} {where}")


def _result(value: object) -> str:
    """Return what a tool gave back as text: an object, or a list that is not of parts, as JSON."""
    if isinstance(value, list) and all(isinstance(part, Mapping) and "text" in part for part in value):
        return "".join(str(part["text"]) for part in value)
    if isinstance(value, Mapping | list):
        return json.dumps(without_nulls(value), ensure_ascii=False, sort_keys=True)
    text = plain(value)
    return text if isinstance(text, str) else ""


def _part(row: Row, column: str, where: str, part: object) -> str:
    if isinstance(part, str):
        return part
    text = part.get("text") if isinstance(part, Mapping) else None
    if isinstance(text, str):
        return text
    kind = part.get("type") if isinstance(part, Mapping) else None
    raise RowError(
        row.place,
        f"parts of content in {column!r} must be text",
        f"{shorten(kind or part)} {where}; leave such rows out by --skip-bad-rows",
    )


def _extra(message: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a template reads of a message besides role and content; arguments written as JSON are parsed."""
    kept = {key: message[key] for key in _KEPT if message.get(key)}
    if message.get("function_call") and "tool_calls" not in kept:
        kept["tool_calls"] = [{"type": "function", "function": message["function_call"]}]
    if "tool_calls" in kept:
        kept["tool_calls"] = [_parsed_call(call) for call in kept["tool_calls"]]
    return {key: without_nulls(value) for key, value in kept.items()}


def _parsed_call(call: Any) -> Any:  # noqa: ANN401 - whatever the row holds
    function = call.get("function") if isinstance(call, Mapping) else None
    if not isinstance(function, Mapping):
        return call
    return {**call, "function": {**function, "arguments": from_json(function.get("arguments"))}}


def _spoken_call(extra: dict[str, Any], content: str) -> tuple[dict[str, Any], str]:
    """Return a call that ShareGPT writes as a turn of its own; content that is no JSON stays text."""
    call = from_json(content)
    if not isinstance(call, Mapping):
        return extra, content
    return {**extra, "tool_calls": [{"type": "function", "function": dict(call)}]}, ""


def _tools(row: Row) -> str:
    tools = from_json(row.values.get(TOOLS))
    if not tools:
        return ""
    if not isinstance(tools, list):
        raise RowError(row.place, f"{TOOLS!r} must be a list of tools, or JSON of one", shorten(tools))
    return json.dumps(without_nulls(tools), ensure_ascii=False, sort_keys=True)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def known_columns(names: Sequence[str]) -> str | None:
    """Return the first column of `names` that holds conversations by its name, or None."""
    return next((name for name in COLUMNS if name in names), None)
