from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from audition.errors import UsageError
from audition.types import TaskOptions
from audition_plugins.tasks.files import open_path
from worlds.damaged_files import GOOD, damaged, message
from worlds.rows_in_any_format import N, write
from worlds.task_files import every_pair

if TYPE_CHECKING:
    from collections.abc import Callable


def test_a_held_out_file_without_the_columns_is_refused(
    pairs: Callable[..., Any], write_jsonl: Callable[..., Path]
) -> None:
    write_jsonl("my.jsonl", pairs(50))
    write_jsonl("held.jsonl", pairs(50, target="label"))
    assert message("my.jsonl", test="held.jsonl") == "held.jsonl: no column 'target'; columns are 'input', 'label'"


def test_a_malformed_row_of_a_held_out_file_is_named(
    pairs: Callable[..., Any], write_jsonl: Callable[..., Path]
) -> None:
    write_jsonl("my.jsonl", pairs(50))
    write_jsonl("held.jsonl", [*pairs(3, start=100), {"input": "q", "target": ""}])
    assert message("my.jsonl", test="held.jsonl") == "held.jsonl:4: 'target' must be a non-empty string, got ''"


def test_nothing_is_left_of_a_reading_that_failed() -> None:
    damaged("{")
    message("my.jsonl")
    assert [path.name for path in Path(".audition/cache/tasks").iterdir()] == []


def test_skipped_rows_are_counted_by_what_is_wrong_with_them() -> None:
    bad: list[str | bytes] = [
        '{"input": "q", "target": ""}',
        "{",
        '{"input": "q", "target": null}',
        '"text"',
        b"\xff",
        '{"input": "", "target": "a"}',
    ]
    lines = [line if isinstance(line, bytes) else line.encode() for line in (*bad, *GOOD)]
    Path("my.jsonl").write_bytes(b"\n".join(lines))
    report = open_path("my.jsonl", TaskOptions(skip_bad_rows=True)).report
    assert report is not None
    assert (report.n_rows, report.n_bad) == (66, 6)
    assert dict(report.bad) == {
        "'target' must be a non-empty string": 2,
        "a line must be one JSON object": 2,
        "text must be UTF-8": 1,
        "'input' must be a non-empty string": 1,
    }
    assert report.bad_examples[0] == "my.jsonl:1: 'target' must be a non-empty string, got ''"
    assert len(report.bad_examples) == 5


def test_a_file_of_bad_rows_alone_says_what_is_wrong_with_the_first() -> None:
    Path("my.jsonl").write_text('{"input": "q", "target": ""}\n' * 3, encoding="utf-8")
    expected = "all 3 rows are malformed; my.jsonl:1: 'target' must be a non-empty string, got ''"
    assert message("my.jsonl", skip_bad_rows=True) == f"{Path.cwd()}/my.jsonl: {expected}"


def test_duplicates_are_left_out_and_counted(pairs: Callable[..., Any], write_jsonl: Callable[..., Path]) -> None:
    write_jsonl("my.jsonl", [*pairs(100), *[{"input": "question 5", "target": "another answer"}] * 3])
    task = open_path("my.jsonl", TaskOptions())
    assert task.report is not None
    assert task.report.n_duplicates == 3
    assert every_pair(task)["question 5"] == "answer 5"


def test_given_files_are_the_held_out_splits_and_training_rows_in_them_are_left_out(
    pairs: Callable[..., Any], write_jsonl: Callable[..., Path]
) -> None:
    write_jsonl("train.jsonl", pairs(100))
    write_jsonl("val.jsonl", pairs(30, start=80))  # 20 of them are training rows, 10 are test rows
    write_jsonl("held/test.jsonl", pairs(20, start=100))
    task = open_path("train.jsonl", TaskOptions(validation="val.jsonl", test="held/test.jsonl"))
    assert task.report is not None
    assert (task.spec.n_train, task.spec.n_validation, task.spec.n_test) == (80, 20, 20)
    assert task.report.n_overlapping == 30
    assert {example.input for example in task.test()} == {row["input"] for row in pairs(20, start=100)}
    inputs = [{e.input for e in view} for view in (task.train(80, 0), task.validation(), task.test())]
    assert sum(map(len, inputs)) == len(set.union(*inputs))


def test_rows_that_repeat_one_input_are_the_named_cause_of_a_missing_split() -> None:
    write(
        "a.jsonl",
        [{"question": "What colour?", "answer": f"a {place}", "passage2": f"p {place}"} for place in range(N)],
    )
    with pytest.raises(UsageError) as caught:
        open_path("a.jsonl", TaskOptions())
    assert "all but 1 repeat the input of another, such as 'What colour?'" in str(caught.value)
    assert "columns that are not used: 'passage2'" in str(caught.value)
