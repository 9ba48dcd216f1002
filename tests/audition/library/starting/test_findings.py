from __future__ import annotations

import json
from pathlib import Path

import pytest

from audition.catalog import Catalog
from audition.errors import UsageError
from audition.library.starting import Findings, look
from audition.library.starting.findings import classes_of, n_leaks
from audition.plugins import load_plugins
from audition.types import Example, TaskOptions
from audition_plugins import tasks


def look_at(task: str, **options: str) -> Findings:
    catalog = Catalog(load_plugins(extra={"tasks": tasks}, path=[], files=()))
    return look(catalog, task, TaskOptions(**options))  # type: ignore[arg-type]  # texts


def write(name: str, rows: list[dict[str, str]]) -> str:
    Path(name).write_text("".join(json.dumps(row) + "\n" for row in rows))
    return name


def test_columns_with_well_known_names_are_no_guess() -> None:
    rows = [{"question": f"What is {n}?", "answer": f"It is {n}."} for n in range(200)]
    found = look_at(write("my.jsonl", rows))
    assert (found.is_guessed, found.options) == (False, TaskOptions())
    assert [each.name for each in found.columns] == ["question", "answer"]
    assert found.least is not None


def test_other_columns_are_guessed_and_malformed_rows_skipped() -> None:
    rows = [{"wish": f"Please tell me all about {n}", "reply": f"{n}"} for n in range(200)]
    found = look_at(write("my.jsonl", [*rows, {"wish": "", "reply": "x"}]))
    assert found.is_guessed
    assert found.options == TaskOptions(input_column="wish", target_column="reply", skip_bad_rows=True)
    assert found.report is not None
    assert found.report.n_bad == 1


def test_what_was_said_is_not_guessed_anew() -> None:
    rows = [{"wish": f"Please tell me all about {n}", "reply": f"it is number {n}"} for n in range(200)]
    found = look_at(write("my.jsonl", rows), input_column="reply", target_column="wish")
    assert (found.is_guessed, found.options.input_column) == (False, "reply")


def test_what_cannot_be_read_at_all_says_why() -> None:
    with pytest.raises(UsageError, match="no input and target among the columns 'text'"):
        look_at(write("my.jsonl", [{"text": f"alone {n}"} for n in range(50)]))
    with pytest.raises(UsageError, match="no such file or folder"):
        look_at("./nowhere.csv")


def test_repeats_and_rows_in_two_splits_are_counted() -> None:
    rows = [{"input": f"number {n}", "target": "x"} for n in range(100)]
    write("train.jsonl", [*rows, rows[3]])
    write("test.jsonl", [rows[0], {"input": "Number  1!", "target": "x"}, {"input": "another", "target": "x"}])
    found = look_at("./train.jsonl", test="test.jsonl")
    assert found.report is not None
    assert (found.report.n_duplicates, found.report.n_overlapping) == (1, 1)
    assert found.n_leaks >= 1  # "Number  1!" is in training as "number 1", unless that is held out for validation


def test_a_leak_is_an_input_that_differs_in_case_spaces_and_signs_alone() -> None:
    train = [Example(input=text, target="t") for text in ("One two.", "??", "three")]
    held_out = [Example(input=text, target="t") for text in ("one  TWO", "??", "!!", "four")]
    assert n_leaks(train, held_out) == 2


def test_the_labels_of_a_classification_have_shares() -> None:
    assert classes_of(("no", "yes"), ["yes"] * 30 + ["no"] * 10) == (("yes", 0.75), ("no", 0.25))
    assert classes_of((), ["some", "text"]) == ()
    rows = [{"input": f"number {n}", "target": "even" if n % 2 == 0 else "odd"} for n in range(200)]
    assert {target for target, _ in look_at(write("my.jsonl", rows)).classes} == {"even", "odd"}


def test_a_listed_task_is_looked_at_as_pairs() -> None:
    found = look_at("package-synopsis")
    assert (found.columns, found.report, found.classes) == ((), None, ())
