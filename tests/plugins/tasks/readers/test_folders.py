from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from audition.types import TaskOptions
from audition_plugins.tasks.files import open_path
from worlds.damaged_files import GOOD, message
from worlds.task_files import write_parquet

if TYPE_CHECKING:
    from collections.abc import Callable


def test_a_folder_of_mixed_kinds_is_refused() -> None:
    Path("data").mkdir()
    Path("data/a.jsonl").write_text(GOOD[0], encoding="utf-8")
    Path("data/b.csv").write_text("input,target\nq,a\n", encoding="utf-8")
    assert message("data") == "data: a folder must hold one kind of data files, got a.jsonl, b.csv"


def test_a_folder_without_data_is_refused() -> None:
    Path("data").mkdir()
    assert message("data").startswith("data: a folder must hold data files (.jsonl, ")


def test_a_folder_with_test_rows_alone_is_refused() -> None:
    Path("data").mkdir()
    Path("data/test.jsonl").write_text(GOOD[0], encoding="utf-8")
    assert message("data") == "data: a folder must hold training data, got only test.jsonl"


def test_a_folder_is_read_by_the_names_of_its_files(
    pairs: Callable[..., Any], write_jsonl: Callable[..., Path]
) -> None:
    write_jsonl("data/train-00000-of-00002.jsonl", pairs(40))
    write_jsonl("data/train-00001-of-00002.jsonl", pairs(40, start=40))
    write_jsonl("data/dev.jsonl", pairs(10, start=200))
    write_jsonl("data/test.v2.jsonl", pairs(12, start=300))
    Path("data/README.md").write_text("no data", encoding="utf-8")
    task = open_path("data", TaskOptions())
    assert (task.spec.n_train, task.spec.n_validation, task.spec.n_test) == (80, 10, 12)


def test_files_of_a_folder_without_split_names_are_training_rows(pairs: Callable[..., Any]) -> None:
    Path("data").mkdir()
    for number in range(3):
        write_parquet(Path(f"data/part-{number}.parquet"), pairs(50, start=50 * number))
    task = open_path("data", TaskOptions())
    assert sum((task.spec.n_train or 0, task.spec.n_validation or 0, task.spec.n_test or 0)) == 150
