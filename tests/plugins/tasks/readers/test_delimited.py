"""Delimiters, quotation marks and line ends as they come."""

from __future__ import annotations

from pathlib import Path

import pytest

from audition.errors import UsageError
from audition.types import TaskOptions
from audition_plugins.tasks.files import open_path

N = 60


def n_rows(name: str, **options: str) -> int:
    report = open_path(name, TaskOptions(**options)).report  # type: ignore[arg-type]  # of the tests
    assert report is not None
    return report.n_rows


def write(name: str, *lines: str, end: str = "\n", encoding: str = "utf-8") -> None:
    Path(name).write_bytes(end.join([*lines, ""]).encode(encoding))


def pairs(between: str) -> list[str]:
    return [f"question {place}{between}answer {place}" for place in range(N)]


@pytest.mark.parametrize("between", [";", "|", "\t"])
def test_another_delimiter_is_named_and_taken(between: str) -> None:
    write("a.csv", f"input{between}target", *pairs(between))
    with pytest.raises(UsageError, match=r"a.csv:1: .* looks delimited by .*: --delimiter"):
        n_rows("a.csv")
    assert n_rows("a.csv", delimiter=between) == N


def test_quotation_marks_that_would_swallow_rows_of_a_tsv_file_are_refused() -> None:
    rows = pairs("\t")
    rows[3], rows[7] = 'question 3\t"He said', 'question 7\tso and left."'
    write("a.tsv", "input\ttarget", *rows)
    with pytest.raises(UsageError, match=r"a.tsv:5: a quotation mark .* 5 lines on: --quotes none .*--quotes double"):
        n_rows("a.tsv")
    assert n_rows("a.tsv", quotes="none") == N
    assert n_rows("a.tsv", quotes="double") == N - 4
    targets = {e.target for e in open_path("a.tsv", TaskOptions(quotes="none")).train(10, 0)}
    assert len(targets) == 10


def test_a_quotation_mark_that_never_closes_in_a_tsv_file_has_a_way_out() -> None:
    write("a.tsv", "input\ttarget", 'question\t"open', *pairs("\t"))
    with pytest.raises(UsageError, match="--quotes none"):
        n_rows("a.tsv")


def test_fields_that_are_quoted_well_are_read_in_a_tsv_file() -> None:
    write("a.tsv", "input\ttarget", 'question\t"two\nlines"', *pairs("\t"))
    assert n_rows("a.tsv") == N + 1


def test_lines_may_end_in_carriage_returns_alone() -> None:
    for name, between in (("a.csv", ","), ("a.tsv", "\t")):
        write(name, f"input{between}target", *pairs(between), end="\r")
        assert n_rows(name) == N
    write("a.jsonl", *(f'{{"input": "q {place}", "target": "a"}}' for place in range(N)), end="\r")
    assert n_rows("a.jsonl") == N


def test_a_carriage_return_inside_a_field_is_named() -> None:
    write("a.csv", "input,target", *pairs(","), "one\rtwo,three")
    with pytest.raises(UsageError, match=r"a.csv:62: .*a carriage return inside a field without quotes"):
        n_rows("a.csv")


def test_utf_16_is_named() -> None:
    write("a.csv", "input,target", *pairs(","), encoding="utf-16")
    with pytest.raises(UsageError, match="a.csv:1: text must be UTF-8, got UTF-16; iconv"):
        n_rows("a.csv")


def test_spaces_around_the_names_of_columns_do_not_count() -> None:
    write("a.csv", "input , target", *pairs(","))
    assert n_rows("a.csv") == N
