from __future__ import annotations

import csv
import io

import pytest

from audition.errors import UsageError
from audition.text.tables import number, percent, render, to_csv, to_table


@pytest.mark.parametrize(
    ("value", "digits", "text"), [(0.12345, 3, "0.123"), (-0.0004, 3, "0.000"), (-0.0006, 3, "-0.001"), (None, 2, "–")]
)
def test_a_zero_is_never_printed_with_a_minus(value: float | None, digits: int, text: str) -> None:
    assert number(value, digits) == text


def test_a_share_is_printed_as_the_paper_does() -> None:
    assert [percent(share) for share in (0.909, 1.0, None)] == ["90.9", "100.0", "–"]


def test_csv_gives_back_what_a_field_holds() -> None:
    text = to_csv([{"a": 'one, "two"', "b": None, "c": True, "d": [1, 2]}])
    assert list(csv.DictReader(io.StringIO(text))) == [{"a": 'one, "two"', "b": "", "c": "true", "d": "1 2"}]


def test_no_row_is_no_file() -> None:
    with pytest.raises(UsageError, match="there is no row to write"):
        to_csv([])


def test_numbers_that_are_texts_keep_their_zeros() -> None:
    assert "90.0" in to_table([{"name": "a", "%": "90.0"}], "github")
    assert "0.10" in render([{"name": "a", "version": "0.10"}])
