from __future__ import annotations

import pytest

from audition.errors import UsageError
from audition.library.words import names, options, sizes, task_options


@pytest.mark.parametrize(
    ("given", "expected"),
    [("a, b,,a", ("a", "b")), (["a,b", "c"], ("a", "b", "c")), ((), ()), ("", ())],
)
def test_one_text_or_several_may_hold_several_names(given: str | list[str], expected: tuple[str, ...]) -> None:
    assert names(given) == expected


def test_options_are_given_as_values_or_as_the_command_line_has_them() -> None:
    assert options({"k": 4, "fit": "optimum"}) == options(["k=4", "fit=optimum"]) == ("k=4", "fit=optimum")


def test_sizes_are_texts_or_bytes() -> None:
    assert sizes("1MB,2MB") == (2**20, 2**21)
    assert sizes(7) == (7,)
    with pytest.raises(UsageError, match="a memory size must look like 24GB"):
        sizes("much")


@pytest.mark.parametrize(
    ("given", "read"), [("tab", "\t"), ("\\t", "\t"), ("semicolon", ";"), (";", ";"), (None, None)]
)
def test_a_delimiter_may_be_named(given: str | None, read: str | None) -> None:
    assert task_options(**NOTHING | {"delimiter": given}).delimiter == read  # type: ignore[arg-type]  # the other seven


def test_a_delimiter_of_two_characters_is_refused() -> None:
    with pytest.raises(UsageError, match="a delimiter must be one character"):
        task_options(**NOTHING | {"delimiter": "||"})  # type: ignore[arg-type]  # the other seven


NOTHING = {
    "input_column": None,
    "target_column": None,
    "prompt": None,
    "validation": None,
    "test": None,
    "delimiter": None,
    "quotes": "auto",
    "skip_bad_rows": False,
}
