from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from audition.types import TaskOptions
from audition_plugins.tasks.files import open_path, peek_path
from worlds.task_files import every_pair, write_parquet

if TYPE_CHECKING:
    from collections.abc import Callable


def write_csv(path: Path, rows: list[dict[str, str]], *, delimiter: str = ",", newline: str = "\n") -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=delimiter, lineterminator=newline)
        writer.writeheader()
        writer.writerows(rows)


def write_any(name: str, rows: list[dict[str, str]]) -> None:
    path = Path(name)
    plain = path.with_suffix("") if path.suffix == ".gz" else path
    if plain.suffix == ".parquet":
        write_parquet(plain, rows)
    elif plain.suffix in (".csv", ".tsv"):
        write_csv(plain, rows, delimiter="\t" if plain.suffix == ".tsv" else ",")
    else:
        plain.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    if path.suffix == ".gz":
        path.write_bytes(gzip.compress(plain.read_bytes()))


@pytest.mark.parametrize("name", ["my.jsonl", "my.json", "my.csv", "my.tsv", "my.parquet", "my.jsonl.gz", "my.csv.gz"])
def test_every_format_gives_the_same_task(name: str, pairs: Callable[..., list[dict[str, str]]]) -> None:
    rows = [*pairs(60), {"input": 'a "quoted", one\nover\ttwo lines', "target": "名字, «ß»"}]
    write_any(name, rows)
    write_any("reference.jsonl", rows)
    task = open_path(name, TaskOptions())
    assert every_pair(task) == {row["input"]: row["target"] for row in rows}
    assert task.fingerprint == open_path("reference.jsonl", TaskOptions()).fingerprint


def test_a_byte_order_mark_and_windows_line_ends_are_accepted(pairs: Callable[..., list[dict[str, str]]]) -> None:
    rows = pairs(60)
    text = "\r\n".join(["input,target", *(",".join(row.values()) for row in rows)]) + "\r\n"
    Path("windows.csv").write_bytes(b"\xef\xbb\xbf" + text.encode())
    lines = "\r\n".join(json.dumps(row) for row in rows)
    Path("windows.jsonl").write_bytes(b"\xef\xbb\xbf" + lines.encode())
    expected = {row["input"]: row["target"] for row in rows}
    assert every_pair(open_path("windows.csv", TaskOptions())) == expected
    assert every_pair(open_path("windows.jsonl", TaskOptions())) == expected


def test_sizes_are_those_of_the_splits(pairs: Callable[..., Any], write_jsonl: Callable[..., Path]) -> None:
    write_jsonl("my.jsonl", pairs(1000))
    task = open_path("my.jsonl", TaskOptions())
    # written down once: another division of the same rows would make finished measurements worthless
    assert (task.spec.n_train, task.spec.n_validation, task.spec.n_test) == (806, 87, 107)
    assert len(task.validation()) == 87
    assert len(task.test(5)) == 5
    assert list(task.test(5)) == list(task.test())[:5]


def test_the_spec_opens_the_same_task_from_another_folder(
    pairs: Callable[..., Any], write_jsonl: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    write_jsonl("my.jsonl", pairs(100, source="q", target="a"))
    write_jsonl("held.jsonl", pairs(10, start=100, source="q", target="a"))
    options = TaskOptions(input_column="q", target_column="a", test="held.jsonl")
    task = open_path("my.jsonl", options)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    again = open_path(task.spec.name, task.spec.options)
    assert again.fingerprint == task.fingerprint
    assert again.spec == task.spec


def test_rows_can_be_seen_as_they_lie_there_before_columns_are_chosen() -> None:
    Path("my.csv").write_text("a,b\n1,x\ntoo,many,fields\n2,\n")
    write_any("test.jsonl", [{"a": "3", "b": "y"}])
    found = peek_path("my.csv", TaskOptions(test="test.jsonl"))
    assert {split: list(rows) for split, rows in found.items()} == {
        "train": [
            {"a": "1", "b": "x"},
            "my.csv:3: a row must have the 2 fields of the header, got 3",
            {"a": "2", "b": ""},
        ],
        "test": [{"a": "3", "b": "y"}],
    }
