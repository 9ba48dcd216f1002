from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from audition.types import Example, TaskOptions, Turn
from audition_plugins.tasks.columns.chat import read_conversation
from audition_plugins.tasks.columns.choosing import choose_columns
from audition_plugins.tasks.files import open_path
from audition_plugins.tasks.readers.rows import Row, RowError

if TYPE_CHECKING:
    from collections.abc import Callable

SYSTEM = {"role": "system", "content": "Be brief."}
HELLO = {"role": "user", "content": "Hello?"}
HI = {"role": "assistant", "content": "Hi."}
BYE = {"role": "user", "content": "Bye?"}
GONE = {"role": "assistant", "content": "Bye."}


def read(messages: object) -> Example:
    return read_conversation(Row("my.jsonl:7", {"messages": messages}), "messages")


def test_the_last_assistant_turn_is_the_target() -> None:
    example = read([SYSTEM, HELLO, HI, BYE, GONE])
    assert example.target == "Bye."
    assert example.turns == tuple(Turn(**turn) for turn in (SYSTEM, HELLO, HI, BYE))
    assert example.input == "System: Be brief.\n\nUser: Hello?\n\nAssistant: Hi.\n\nUser: Bye?\n\nAssistant:"


def test_turns_after_the_last_answer_are_left_out() -> None:
    assert read([HELLO, HI, BYE]) == read([HELLO, HI])


def test_a_lone_question_is_the_input_as_it_is() -> None:
    assert read([HELLO, HI]).input == "Hello?"


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        ([HELLO, BYE], "'messages' must hold an assistant turn, got 2 turns without one"),
        ([], "'messages' must hold an assistant turn, got 0 turns without one"),
        ([HI], "'messages' must hold a turn before the last assistant turn, got none"),
        ("Hello?", "'messages' must be a list of turns, got 'Hello?'"),
    ],
)
def test_a_malformed_conversation_is_named(messages: object, expected: str) -> None:
    with pytest.raises(RowError) as caught:
        read(messages)
    assert str(caught.value) == f"my.jsonl:7: {expected}"


@pytest.mark.parametrize(
    ("turn", "expected"),
    [
        ("Hi.", "role and content, got 'Hi.'"),
        ({"role": "boss", "content": "Hi."}, "the role system, user, assistant or tool, got 'boss'"),
        ({"role": ["user"], "content": "Hi."}, "the role system, user, assistant or tool, got a list"),
        ({"role": "assistant", "content": None}, "text as content, got None"),
        ({"role": "assistant", "content": " "}, "text as content, got ' '"),
    ],
)
def test_a_malformed_turn_is_named(turn: object, expected: str) -> None:
    with pytest.raises(RowError) as caught:
        read([HELLO, turn])
    assert str(caught.value) == f"my.jsonl:7: turns of 'messages' must have {expected} in turn 2"


def test_turns_survive_the_cache(write_jsonl: Callable[..., Path]) -> None:
    write_jsonl("chat.jsonl", [{"messages": [SYSTEM, {**HELLO, "content": f"{i}?"}, HI]} for i in range(60)])
    for _ in ("first opening", "from the cache"):
        task = open_path("chat.jsonl", TaskOptions())
        example = task.train(1, seed=0)[0]
        number = example.turns[1].content
        assert example.turns == (Turn(**SYSTEM), Turn(role="user", content=number))
        assert example.input == f"System: Be brief.\n\nUser: {number}\n\nAssistant:"
        assert list(task.train(1, seed=0)) == [example]


def chat_of(**row: object) -> Example:
    """Return what a row of these columns makes."""
    columns = choose_columns(list(row), TaskOptions(), "my.jsonl")
    return columns.example(Row("my.jsonl:1", row))


ASKED = Turn(role="user", content="Hi?")
USER, ASSISTANT = {"role": "user", "content": "Hi?"}, {"role": "assistant", "content": "Hello."}


@pytest.mark.parametrize(
    "row",
    [
        {"conversations": [{"from": "human", "value": "Hi?"}, {"from": "gpt", "value": "Hello."}]},
        {"conversation": [USER, ASSISTANT]},
        {"messages": json.dumps([USER, ASSISTANT])},
        {"messages": [{"role": "user", "content": [{"type": "text", "text": "Hi?"}]}, ASSISTANT]},
        {"messages": [{"role": "system", "content": " "}, USER, ASSISTANT]},
        {"prompt": [USER], "completion": [ASSISTANT]},
        {"prompt": "Hi?", "completion": [ASSISTANT]},
        {"prompt": [USER], "completion": "Hello."},
        {"prompt": json.dumps([USER]), "completion": json.dumps([ASSISTANT])},
    ],
)
def test_conversations_are_read_in_the_shapes_that_people_have(row: dict[str, Any]) -> None:
    assert chat_of(**row) == Example(input="Hi?", target="Hello.", turns=(ASKED,))


def test_a_developer_is_a_system_turn() -> None:
    [first, _] = chat_of(messages=[{"role": "developer", "content": "Be brief."}, USER, ASSISTANT]).turns
    assert first == Turn(role="system", content="Be brief.")


def test_a_column_of_system_texts_begins_the_conversation() -> None:
    assert chat_of(system="Be brief.", messages=[USER, ASSISTANT]).turns[0].content == "Be brief."
    assert chat_of(system="", messages=[USER, ASSISTANT]).turns == (ASKED,)


def test_history_and_system_beside_a_pair_make_a_conversation() -> None:
    row: dict[str, object] = {"instruction": "And now?", "input": "", "output": "Bye."}
    row |= {"system": "Be brief.", "history": [["Hi?", "Hello."]]}
    example = chat_of(**row)
    assert [turn.role for turn in example.turns] == ["system", "user", "assistant", "user"]
    assert example.input == "System: Be brief.\n\nUser: Hi?\n\nAssistant: Hello.\n\nUser: And now?\n\nAssistant:"
    assert chat_of(**(row | {"system": "", "history": []})) == Example(input="And now?", target="Bye.")


CALL = {"id": "c1", "type": "function", "function": {"name": "look", "arguments": '{"at": "Rome"}'}}


def test_calls_and_results_of_tools_are_kept_for_templates() -> None:
    called = {"role": "assistant", "content": None, "tool_calls": [CALL]}
    result = {"role": "tool", "tool_call_id": "c1", "content": "22"}
    tools = [{"type": "function", "function": {"name": "look"}}]
    example = chat_of(messages=[USER, called, result, ASSISTANT], tools=tools)
    assert [turn.role for turn in example.turns] == ["user", "assistant", "tool"]
    extra = json.loads(example.turns[1].extra)
    assert extra["tool_calls"][0]["function"] == {"name": "look", "arguments": {"at": "Rome"}}
    assert json.loads(example.turns[2].extra) == {"tool_call_id": "c1"}
    assert json.loads(example.tools) == tools
    assert example.input.startswith("Tools: ")
    assert '"look"' in example.input.partition("User:")[2]


def test_a_call_in_the_form_of_sharegpt_is_one_of_a_tool() -> None:
    turns = [
        {"from": "human", "value": "Hi?"},
        {"from": "function_call", "value": '{"name": "look", "arguments": {}}'},
        {"from": "observation", "value": "22"},
        {"from": "gpt", "value": "Hello."},
    ]
    example = chat_of(conversations=turns)
    assert json.loads(example.turns[1].extra)["tool_calls"][0]["function"]["name"] == "look"
    assert example.turns[2] == Turn(role="tool", content="22")


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (
            {"messages": [USER, {"role": "assistant", "tool_calls": [CALL]}]},
            "must have words, got a call of a tool alone",
        ),
        (
            {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": "x"}]}, ASSISTANT]},
            "parts of content in 'messages' must be text, got 'image_url' in turn 1; leave such rows out",
        ),
        ({"messages": "[{"}, "'messages' must be a list of turns, got broken JSON"),
        ({"messages": [USER, ASSISTANT], "tools": "look"}, "'tools' must be a list of tools"),
        ({"prompt": [USER], "completion": [USER]}, "'completion' must hold an assistant turn"),
    ],
)
def test_what_is_no_conversation_is_refused_with_the_way_out(row: dict[str, Any], expected: str) -> None:
    with pytest.raises(RowError, match=re.escape(expected)):
        chat_of(**row)


def test_tools_and_calls_survive_the_cache() -> None:
    rows = [
        {
            "messages": [
                {"role": "user", "content": f"q {place}"},
                {"role": "assistant", "content": "", "tool_calls": [CALL]},
                {"role": "tool", "content": "22"},
                {"role": "assistant", "content": f"a {place}"},
            ],
            "tools": [{"type": "function", "function": {"name": "look"}}],
            "id": place,
        }
        for place in range(60)
    ]
    Path("tools.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    task = open_path("tools.jsonl", TaskOptions())
    example = task.test()[0]
    assert json.loads(example.turns[1].extra)["tool_calls"][0]["function"]["arguments"] == {"at": "Rome"}
    assert json.loads(example.tools)[0]["function"]["name"] == "look"
    assert task.report is not None
    assert task.report.unused == ("id",)


def test_a_tool_may_give_back_nothing_or_an_object() -> None:
    called = {"role": "assistant", "content": "", "tool_calls": [CALL]}
    for content, said in (("", ""), (None, ""), ({"degrees": 22}, '{"degrees": 22}'), ([1, 2], "[1, 2]"), (22, "22")):
        example = chat_of(messages=[USER, called, {"role": "tool", "content": content}, ASSISTANT])
        assert example.turns[2].content == said
