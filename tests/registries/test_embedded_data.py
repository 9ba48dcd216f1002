from __future__ import annotations

import json
from itertools import combinations
from typing import Any

import pyarrow.parquet as pq
import pytest

import audition_registries

SPLITS = ("train", "validation", "test")
RECORDS = {
    record["name"]: record for record in json.loads(audition_registries.path("tasks", "tasks.json").read_text("utf-8"))
}
# the task's own columns, what rows of one split share, and the sizes that the project settled
TASKS = {
    "package-synopsis": (["input", "target", "package"], "package", (25600, 1000, 2000)),
    "office-help-en-zh": (["input", "target"], None, (19200, 1000, 2000)),
    "wordnet-instructions": (["input", "target", "group", "kind"], "group", (25600, 1000, 2000)),
}


def read(task: str, split: str) -> Any:  # noqa: ANN401 – pyarrow ships no types
    return pq.read_table(audition_registries.path("tasks", task, f"{split}.parquet"))


def test_the_catalogue_lists_exactly_the_embedded_tasks() -> None:
    assert list(RECORDS) == list(TASKS)
    folders = {path.name for path in audition_registries.path("tasks").iterdir() if path.is_dir()}
    assert folders == set(TASKS)


@pytest.mark.parametrize("task", TASKS)
def test_splits_have_the_settled_columns_and_sizes(task: str) -> None:
    columns, group, sizes = TASKS[task]
    for split, size in zip(SPLITS, sizes, strict=True):
        table = read(task, split)
        assert table.column_names == columns
        assert {str(kind) for kind in table.schema.types} == {"string"}
        assert table.num_rows == size == RECORDS[task][f"n_{split}"]
    assert RECORDS[task]["columns"] == columns
    assert RECORDS[task]["group"] == group


@pytest.mark.parametrize("task", TASKS)
def test_no_input_is_in_a_task_twice(task: str) -> None:
    inputs = [text for split in SPLITS for text in read(task, split)["input"].to_pylist()]
    assert len(inputs) == len(set(inputs))


@pytest.mark.parametrize("task", [name for name, (_, group, _) in TASKS.items() if group])
def test_no_group_is_in_two_splits(task: str) -> None:
    group = TASKS[task][1]
    groups = {split: set(read(task, split)[group].to_pylist()) for split in SPLITS}
    for one, other in combinations(SPLITS, 2):
        assert not groups[one] & groups[other]


@pytest.mark.parametrize("task", TASKS)
def test_every_value_is_a_text_that_says_something(task: str) -> None:
    for split in SPLITS:
        for column in read(task, split).columns:
            assert all(text is not None and text.strip() for text in column.to_pylist())


def test_a_prefix_of_the_training_rows_mixes_the_kinds_of_instructions_as_the_whole_does() -> None:
    kinds = read("wordnet-instructions", "train")["kind"].to_pylist()
    for kind in set(kinds):
        whole, prefix = kinds.count(kind) / len(kinds), kinds[:1600].count(kind) / 1600
        assert prefix == pytest.approx(whole, abs=0.04)  # five standard errors of a random sample of 1,600


def test_translation_targets_are_chinese() -> None:
    targets = read("office-help-en-zh", "test")["target"].to_pylist()
    assert sum(any("\u4e00" <= char <= "\u9fff" for char in text) for text in targets) > 0.98 * len(targets)


@pytest.mark.parametrize(
    ("task", "metric"),
    [("package-synopsis", "rouge"), ("office-help-en-zh", "chrf"), ("wordnet-instructions", "rouge")],
)
def test_each_task_names_the_metric_of_its_kind(task: str, metric: str) -> None:
    assert RECORDS[task]["metric"] == metric
