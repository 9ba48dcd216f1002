from __future__ import annotations

import pytest

from audition.library.starting.columns import columns_of, guess_pair

LONG = "a review of some length, as number {} of them has it"


def rows_of(**columns: list[object]) -> list[dict[str, object]]:
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


REVIEWS: dict[str, list[object]] = {
    "id": [f"r{n}" for n in range(60)],
    "body": [LONG.format(n) for n in range(60)],
    "stars": [str(n % 5) for n in range(60)],
}


def test_a_column_is_told_by_what_most_of_its_rows_hold() -> None:
    nothing: list[object] = [None, "", "x", " "]
    found = {
        each.name: each for each in columns_of(rows_of(a=["1", "2.5", "x", "4"], b=[[1], [2], [3], [4]], c=nothing))
    }
    assert [found[name].kind for name in "abc"] == ["number", "list", "text"]
    assert (found["c"].n_filled, found["c"].n_rows) == (1, 4)


def test_what_is_inside_an_object_is_a_column_too() -> None:
    assert [each.name for each in columns_of([{"translation": {"en": "yes", "de": "ja"}}])] == [
        "translation.en",
        "translation.de",
    ]


def test_a_malformed_row_is_no_row() -> None:
    (column,) = columns_of(["my.csv:1: a row must …", {"a": "x"}])
    assert column.n_rows == 1


def test_few_short_values_that_repeat_look_like_classes() -> None:
    found = {each.name: each for each in columns_of(rows_of(**REVIEWS))}
    assert found["stars"].looks_like_classes
    assert not found["body"].looks_like_classes
    assert found["id"].is_name


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"id": REVIEWS["id"], "body": REVIEWS["body"], "mood": ["good", "bad"] * 30}, ("body", "mood")),  # classes
        ({"wish": REVIEWS["body"], "note": REVIEWS["id"]}, ("wish", "note")),  # the shorter is the target
        ({"Summary": REVIEWS["body"], "x": [f"{LONG} {n}" * 9 for n in range(60)]}, ("x", "Summary")),  # a known name
        ({"labels": REVIEWS["stars"], "sentence": REVIEWS["body"]}, ("sentence", "labels")),  # numbers by a known name
        ({"prompt": REVIEWS["body"], "chosen": REVIEWS["id"], "rejected": REVIEWS["id"]}, ("prompt", "chosen")),
        ({"only": REVIEWS["body"]}, None),
        ({"id": REVIEWS["id"], "text": REVIEWS["body"]}, None),
        ({"text": REVIEWS["body"], "empty": [None] * 60}, None),
    ],
)
def test_input_and_target_are_guessed_by_name_or_by_length(
    columns: dict[str, list[object]], expected: tuple[str, str] | None
) -> None:
    assert guess_pair(columns_of(rows_of(**columns))) == expected


def test_a_first_row_that_was_taken_for_a_header_is_told_by_its_names() -> None:
    columns = columns_of([{"This is the first text of all": "x", "label": "y"}])
    assert [each.is_called_like_a_value for each in columns] == [True, False]
