from __future__ import annotations

from inspect import signature
from typing import Any, Literal

import pytest

from audition import library
from audition.library.settings.kinds import kinds_of
from audition.library.settings.reading import words_of_command
from audition.library.words import Names, Options, Sizes


@pytest.mark.parametrize(
    ("annotation", "value", "read"),
    [
        (str | None, "x", "x"),
        (str | None, 1, None),
        (int, 3, 3),
        (int, True, None),
        (int, 2.5, None),
        (float | None, 2, 2),
        (float | None, "2", None),
        (bool, False, False),
        (bool, 0, None),
        (int | str | None, 4, "4"),
        (Literal["a", "b"] | None, "b", "b"),
        (Literal["a", "b"] | None, "c", None),
        (Names, "a,b", ["a,b"]),
        (Names, ["a", "b"], ["a", "b"]),
        (Names, ["a", 1], None),
        (Sizes, [1024, "8GB"], ["1024", "8GB"]),
        (Options, {"k": 4, "is_fast": True}, ["k=4", "is_fast=true"]),
        (Options, {"k": [4]}, None),
        (Options, ["k=4"], ["k=4"]),
    ],
)
def test_a_value_is_read_as_the_command_line_has_it_or_refused(annotation: Any, value: object, read: object) -> None:  # noqa: ANN401
    assert kinds_of(annotation).read(value) == read


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        (str | None, "text"),
        (float | None, "a number"),
        (str | float | None, "text or a number"),
        (Literal["a", "b", "c"], "'a', 'b' or 'c'"),
        (Names, "text or a list of texts"),
        (Sizes, "text, a whole number or a list of these"),
        (Options, "text, a list of texts or a table"),
    ],
)
def test_what_is_expected_is_said_in_words(annotation: Any, expected: str) -> None:  # noqa: ANN401
    assert kinds_of(annotation).expected == expected


@pytest.mark.parametrize("command", ["select", "finetune"])
def test_every_word_of_a_command_may_hold_something(command: str) -> None:
    words = words_of_command(command)
    taken = signature(getattr(library, command)).parameters.keys() - {"catalog", "progress"}
    assert words.keys() == taken
    assert all(kinds.scalars or kinds.choices for kinds in words.values())
