from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from audition.errors import UsageError
from audition.tasks.splits import SplitLimits
from audition.types import TaskOptions
from audition_plugins.tasks.paper.flan import FLAN
from audition_plugins.tasks.paper.gigaword import GIGAWORD
from audition_plugins.tasks.paper.sampling import sample, whole
from audition_plugins.tasks.paper.wmt19 import WMT19
from audition_plugins.tasks.store.arrow_task import open_sources

if TYPE_CHECKING:
    from collections.abc import Callable

    from audition.tasks.splits import SplitName
    from audition_plugins.tasks.paper.paper import PaperTask
    from audition_plugins.tasks.readers.sources import HubSplit
    from audition_plugins.tasks.store.arrow_task import ArrowTask


TASKS = {task.spec.name: task for task in (FLAN, WMT19, GIGAWORD)}


PROMPTS = {"flan": "", "wmt19": "Translate to Chinese: ", "gigaword": "Generate a summary: "}


# one row in the schema of each hub data set
HUB_ROWS: dict[str, dict[str, Any]] = {
    "flan": {
        "inputs": "Who wrote Faust?",
        "targets": "Goethe",
        "_template_idx": 3,
        "_task_source": "Flan2021",
        "_task_name": "natural_questions_open:1.0.0",
        "_template_type": "zs_noopt",
    },
    "wmt19": {"translation": {"zh": "你好", "en": "hello"}},
    "gigaword": {"document": "police arrested five protesters", "summary": "five arrested"},
}


@pytest.mark.parametrize(("name", "n_test"), [("flan", 10_000), ("wmt19", 3_981), ("gigaword", 8_000)])
def test_sizes_are_the_papers(name: str, n_test: int) -> None:
    assert (TASKS[name].spec.n_train, TASKS[name].spec.n_test) == (1_638_400, n_test)


@pytest.mark.parametrize("name", TASKS)
def test_a_local_copy_is_read_with_the_papers_prompt(
    name: str, pairs: Callable[..., Any], write_jsonl: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUDITION_DATA", "data")
    write_jsonl(f"data/{name}/train.jsonl", pairs(50))
    write_jsonl(f"data/{name}/validation.jsonl", pairs(10, start=50))
    write_jsonl(f"data/{name}/test.jsonl", pairs(10, start=60))
    task = TASKS[name].open(name, TaskOptions())
    assert (task.spec.name, task.spec.n_train, task.spec.n_test) == (name, 50, 10)
    assert {e.input for e in task.test()} == {f"{PROMPTS[name]}question {i}" for i in range(60, 70)}


def test_a_local_copy_may_be_parquet(pairs: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    monkeypatch.setenv("AUDITION_DATA", "data")
    Path("data/wmt19").mkdir(parents=True)
    for split, start in (("train", 0), ("validation", 40), ("test", 80)):
        pq.write_table(pa.Table.from_pylist(pairs(40, start=start)), f"data/wmt19/{split}.parquet")
    assert WMT19.open("wmt19", TaskOptions()).spec.n_train == 40


@pytest.mark.parametrize("name", TASKS)
def test_without_a_local_copy_or_the_hub_it_is_said_how_to_go_on(name: str) -> None:
    with pytest.raises(UsageError, match="cannot be loaded"):
        TASKS[name].open(name, TaskOptions())


def from_hub_rows(task: PaperTask, n: int) -> ArrowTask:
    """Open `task` on `n` variations of the hub's row, loaded by `datasets`, with few rows a split."""
    from datasets import Dataset

    def vary(value: object, i: int) -> object:
        return {key: vary(inner, i) for key, inner in value.items()} if isinstance(value, dict) else f"{value} {i}"

    dataset = Dataset.from_list([vary(HUB_ROWS[task.spec.name], i) for i in range(n)])
    sources: dict[SplitName, list[HubSplit]] = {
        "train": [sample(dataset, 20, n, "train")],
        "test": [whole(dataset.select(range(20)), "test")],
    }
    limits = SplitLimits(train=100, validation=10, test=15)
    return open_sources(task.spec, sources, replace(task.hub_columns, skip_bad_rows=True), limits)


@pytest.mark.parametrize(
    ("name", "source", "target"),
    [
        ("flan", "Who wrote Faust?", "Goethe"),
        ("wmt19", "Translate to Chinese: hello", "你好"),
        ("gigaword", "Generate a summary: police arrested five protesters", "five arrested"),
    ],
)
def test_rows_of_the_hubs_schema_become_the_papers_pairs(name: str, source: str, target: str) -> None:
    task = from_hub_rows(TASKS[name], 300)
    assert (task.spec.n_train, task.spec.n_validation, task.spec.n_test) == (100, 10, 15)
    example = task.test(1)[0]
    assert example.input.startswith(f"{source} ")
    assert example.target == f"{target} {example.input.removeprefix(source + ' ')}"
    assert task.report is not None
    assert task.report.n_unused > 0
