from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from audition.types import Example, TaskOptions, Turn
from audition_plugins.tasks._chat import read_conversation
from audition_plugins.tasks._rows import Row, RowError
from audition_plugins.tasks.files import open_path

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

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
        ({"role": "gpt", "content": "Hi."}, "the role system, user or assistant, got 'gpt'"),
        ({"role": ["user"], "content": "Hi."}, "the role system, user or assistant, got a list"),
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
