"""What of a conversation stays where not all of it fits: the system turn, the last question, the newest turns."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from audition.types import Side, Turn

    Count = Callable[[Sequence[Turn]], int]


def fitting_turns(turns: Sequence[Turn], count: Count, limit: int, side: Side) -> tuple[Turn, ...]:
    """Return turns of which `count` makes at most `limit` tokens, if that can be: all, fewer, or shorter ones.

    The oldest turns go first, whole exchanges at a time, so that what is left begins with a user; the system turn and
    everything from the last user turn on stay. If these alone are too much, the longest of them loses text on its
    `side`, then the next.

    Args:
        turns: a conversation without its answer.
        count: tells how many tokens turns are, all that stands around them included.
        limit: tokens.
        side: of the longest turn that loses text.
    """
    if count(turns) <= limit:
        return tuple(turns)
    system = tuple(turns[:1]) if turns[0].role == "system" else ()
    others = tuple(turns[len(system) :])
    starts = [place for place, turn in enumerate(others) if turn.role == "user"]
    for start in starts[1:]:
        if count((*system, *others[start:])) <= limit:
            return (*system, *others[start:])
    kept = (*system, *others[starts[-1] :]) if starts else tuple(turns)
    return _shortened(kept, count, limit, side)


def _shortened(turns: tuple[Turn, ...], count: Count, limit: int, side: Side) -> tuple[Turn, ...]:
    """Return turns of which the longest, then the next, have lost as much text as is needed, by halving."""
    for place in sorted(range(len(turns)), key=lambda place: -len(turns[place].content)):
        text = turns[place].content
        low, high = min(1, len(text)), len(text)
        while low < high:
            middle = (low + high + 1) // 2
            fits = count(_with_length(turns, place, middle, side)) <= limit
            low, high = (middle, high) if fits else (low, middle - 1)
        turns = _with_length(turns, place, low, side)
        if count(turns) <= limit:
            break
    return turns


def _with_length(turns: tuple[Turn, ...], place: int, length: int, side: Side) -> tuple[Turn, ...]:
    text = turns[place].content
    kept = text[:length] if side == "end" else text[len(text) - length :]
    return (*turns[:place], replace(turns[place], content=kept), *turns[place + 1 :])
