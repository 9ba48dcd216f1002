"""What of a conversation stays; tokens are words here, and one more for each turn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from audition.encoding.fitting import fitting_turns
from audition.types import Turn

if TYPE_CHECKING:
    from collections.abc import Sequence

SYSTEM = Turn(role="system", content="be brief")
OLD = (Turn(role="user", content="one two three"), Turn(role="assistant", content="four five"))
NEW = (Turn(role="user", content="six seven"), Turn(role="assistant", content="eight"))
LAST = Turn(role="user", content="nine ten eleven twelve")
CHAT = (SYSTEM, *OLD, *NEW, LAST)


def count(turns: Sequence[Turn]) -> int:
    return sum(1 + len(turn.content.split()) for turn in turns)


def test_what_fits_stays_whole() -> None:
    assert fitting_turns(CHAT, count, count(CHAT), "end") == CHAT


def test_the_oldest_exchange_goes_first_and_the_system_turn_stays() -> None:
    assert fitting_turns(CHAT, count, count(CHAT) - 1, "end") == (SYSTEM, *NEW, LAST)


def test_an_exchange_goes_whole() -> None:
    kept = fitting_turns(CHAT, count, count((SYSTEM, *NEW, LAST)) - 1, "end")
    assert kept == (SYSTEM, LAST)


def test_calls_of_tools_go_with_the_question_they_were_for() -> None:
    tools = (OLD[0], Turn(role="assistant", content=""), Turn(role="tool", content="22"), OLD[1])
    assert fitting_turns((*tools, LAST), count, count((*tools, LAST)) - 1, "end") == (LAST,)


@pytest.mark.parametrize(("side", "kept"), [("end", "nine ten"), ("start", "eleven twelve")])
def test_a_question_that_is_too_long_alone_is_cut_on_the_side_that_is_asked_for(side: str, kept: str) -> None:
    turns = fitting_turns(CHAT, count, 6, side)  # type: ignore[arg-type]  # a string of the parameters
    assert [turn.role for turn in turns] == ["system", "user"]
    assert turns[0] == SYSTEM
    assert turns[1].content.strip() == kept


def test_where_one_turn_is_not_enough_the_next_is_cut_too() -> None:
    turns = fitting_turns((SYSTEM, LAST), count, 4, "end")
    assert count(turns) == 4
    assert all(turn.content for turn in turns)
