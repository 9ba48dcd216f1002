"""Every kind of damage has one clear line, which says where it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from worlds.damaged_files import GOOD, message

GIVE_MORE = "give more, or --validation and --test files"


NAME_THEM = "name them by --input-column (or --prompt) and --target-column"


SUFFIXES = ".jsonl, .json, .csv, .tsv, .parquet, .jsonl.gz, .json.gz, .csv.gz, .tsv.gz"


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("one,two,three", "a row must have the 2 fields of the header, got 3"),
        ("one", "a row must have the 2 fields of the header, got 1"),
        ("one,", "'target' must be a non-empty string, got ''"),
        ('"one" more,two', "a row must be well-formed, got ',' expected after '\"'"),
        ("o\0ne,two", "text must hold no NUL, got one at position 2 of the line"),
        ("un,deux \udce9", "text must be UTF-8, got byte 0xe9 at position 9 of the line"),
    ],
)
def test_a_malformed_csv_row_is_named_by_its_physical_line(row: str, expected: str) -> None:
    text = '\ninput,target\nfirst,"over\ntwo lines"\n\n' + row + "\n" + "".join(f"q{i},a{i}\n" for i in range(60))
    Path("my.csv").write_bytes(text.encode(errors="surrogateescape"))
    assert message("my.csv") == f"my.csv:6: {expected}"


def test_a_quote_that_never_ends_is_named_where_it_begins_even_when_bad_rows_are_skipped() -> None:
    Path("my.csv").write_text('input,target\na,b\nc,"d\ne,f\ng,h\n', encoding="utf-8")
    expected = "my.csv:3: a quoted field must end, got none of its closing quote in 3 lines"
    assert message("my.csv") == expected
    assert message("my.csv", skip_bad_rows=True) == expected


def test_a_header_that_repeats_a_name_is_refused() -> None:
    Path("my.csv").write_text("input,target,input\na,b,c\n", encoding="utf-8")
    assert message("my.csv") == "my.csv:1: column names must differ, got 'input' more than once"


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("gone.jsonl", None, "gone.jsonl: no such file"),
        ("empty.jsonl", "", "empty.jsonl: the file is empty"),
        ("blank.jsonl", "\n\n", "{here}/blank.jsonl: a task must have rows, got none"),
        ("header.csv", "input,target\n", "{here}/header.csv: a task must have rows, got none"),
        (
            "object.json",
            '{\n"a": [1]\n}',
            (
                "object.json:1: a file must hold JSON objects, one a line or in one array, got one object; jq makes "
                "lines of what is in it, such as jq -c '.a[]'"
            ),
        ),
        (
            "array.json",
            '[\n{"input": "q"}, 3]',
            f"array.json: no input and target among the columns 'input'; {NAME_THEM}",
        ),
        ("few.jsonl", GOOD[0], "{here}/few.jsonl: a validation split must have rows, got none of 1; " + GIVE_MORE),
        ("my.txt", "text", f"my.txt: a data file must end in {SUFFIXES}, got 'my.txt'"),
        (
            "semicolons.csv",
            "question;answer\nq;a\n",
            (
                "semicolons.csv:1: a header must name columns with ',' between, got the one column 'question;answer', "
                "which looks delimited by ';': --delimiter ';'"
            ),
        ),
    ],
)
def test_a_file_that_is_no_task_is_named(name: str, content: str | None, expected: str) -> None:
    if content is not None:
        Path(name).write_text(content, encoding="utf-8")
    assert message(name) == expected.format(here=Path.cwd())


def test_a_cache_that_cannot_be_written_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("my.jsonl").write_text("\n".join(GOOD), encoding="utf-8")
    Path("in-the-way").touch()
    monkeypatch.setenv("AUDITION_CACHE", "in-the-way")
    assert message("my.jsonl") == (
        "cannot write the task cache in-the-way/tasks: Not a directory; AUDITION_CACHE moves it"
    )
