from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from audition.errors import UsageError
from audition.tasks.addresses import find_opener
from audition.types import TaskEntry, TaskOptions, TaskSpec


def never(*_: object) -> Any:  # noqa: ANN401 - stands for any factory
    raise AssertionError("to find an opener is not to open")


def listed(name: str) -> TaskEntry:
    return TaskEntry(name=name, open=never, spec=TaskSpec(name=name, description="toy"))


def reader(name: str, *suffixes: str) -> TaskEntry:
    return TaskEntry(name=name, open=never, suffixes=suffixes)


TABLES, LINES, ZIPPED, FOLDERS = (
    reader("tables", ".csv"),
    reader("lines", ".jsonl", ".gz"),
    reader("zipped", ".jsonl.gz"),
    reader("folders", "/"),
)
HUB = TaskEntry(name="hub", open=never, scheme="hf")
ENTRIES = [listed("flan"), listed("a/b"), listed("x.csv"), HUB, TABLES, FOLDERS, LINES, ZIPPED]


def opener(name: str, **options: Any) -> str:  # noqa: ANN401 - the options of a task
    return find_opener(name, TaskOptions(**options), ENTRIES).name


@pytest.mark.parametrize("name", ["flan", "a/b", "x.csv"])
def test_a_listed_name_wins_over_a_path(name: str) -> None:
    Path("x.csv").touch()
    assert opener(name) == name
    assert opener("./x.csv") == "tables"


def test_a_listed_task_takes_no_options() -> None:
    with pytest.raises(UsageError, match="^listed task 'flan' takes no --input-column, --skip-bad-rows: only a file"):
        opener("flan", input_column="text", skip_bad_rows=True)


def test_an_address_goes_to_its_scheme_whatever_the_options() -> None:
    assert opener("hf:org/name:config", target_column="answer") == "hub"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("my.csv", "tables"),
        ("MY.CSV", "tables"),
        ("sub/my.jsonl", "lines"),
        ("my.jsonl.gz", "zipped"),
        ("my.txt.gz", "lines"),
    ],
)
def test_a_file_goes_to_the_entry_with_the_longest_fitting_suffix(name: str, expected: str) -> None:
    Path(name).parent.mkdir(exist_ok=True)
    Path(name).touch()
    assert opener(name) == expected


@pytest.mark.parametrize("name", ["./data.csv", "data.csv", "./data", "./data/"])
def test_a_folder_goes_to_the_entry_that_claims_folders(name: str) -> None:
    Path(name).mkdir()
    assert opener(name) == "folders"


@pytest.mark.parametrize("name", ["my.csv", "./flan", "some/where", "/no/where.jsonl"])
def test_a_path_with_nothing_there_is_told_so(name: str) -> None:
    with pytest.raises(UsageError, match=f"^no such file or folder: '{re.escape(name)}'$"):
        opener(name)


def test_an_unknown_task_is_answered_with_near_misses() -> None:
    with pytest.raises(UsageError, match=r"^no task called 'flam'. Did you mean flan\?$"):
        opener("flam")


def test_a_name_that_lies_here_is_told_how_to_be_a_path() -> None:
    Path("mine").mkdir()
    with pytest.raises(UsageError, match="no task called 'mine'.* write './mine'.$"):
        opener("mine")


def test_a_file_that_nothing_reads_is_answered_with_the_suffixes() -> None:
    Path("my.doc").touch()
    known = ".csv, .gz, .jsonl, .jsonl.gz, /"
    with pytest.raises(UsageError, match=f"no plugin reads files such as './my.doc'; known suffixes: {known}$"):
        opener("./my.doc")


def test_without_a_reader_of_folders_a_folder_is_an_error() -> None:
    Path("data").mkdir()
    with pytest.raises(UsageError, match="no plugin reads folders; known suffixes: .csv$"):
        find_opener("./data", TaskOptions(), [TABLES])
