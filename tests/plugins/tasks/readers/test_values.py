"""Values that are no text, and rows in every format that mean the same."""

from __future__ import annotations

import json
from typing import Any

import pytest

from audition.types import TaskOptions
from audition_plugins.tasks.files import open_path
from worlds.rows_in_any_format import N, write

LABELS: dict[str, list[Any]] = {
    "int": [place % 3 for place in range(N)],
    "float": [place / 4 for place in range(N)],
    "bool": [place % 2 == 0 for place in range(N)],
}


@pytest.mark.parametrize("kind", sorted(LABELS))
def test_the_same_labels_are_the_same_task_in_every_format(kind: str) -> None:
    rows = [{"input": f"question {place}", "target": label} for place, label in enumerate(LABELS[kind])]
    prints = set()
    for name in ("a.jsonl", "a.json", "a.csv", "a.tsv", "a.parquet"):
        write(name, rows)
        task = open_path(name, TaskOptions())
        prints.add(task.fingerprint)
        by_input = {example.input: example.target for example in task.train(task.spec.n_train or 0, 0)}
        some = next(iter(by_input))
        assert by_input[some] == json.dumps(LABELS[kind][int(some.split()[1])])
    assert len(prints) == 1


def test_of_several_answers_the_first_is_the_target_and_that_is_said() -> None:
    rows = [{"question": f"q {place}", "answer": [f"a {place}", f"A {place}"]} for place in range(N)]
    write("a.jsonl", rows)
    task = open_path("a.jsonl", TaskOptions())
    assert task.report is not None
    assert task.report.notes == (f"{N} rows with several answers: the first is the target",)
    assert all(example.target.startswith("a ") for example in task.test())


def test_answers_of_squad_are_read() -> None:
    rows = [
        {"context": f"text {place}", "question": f"q {place}", "answers": {"text": [f"a {place}"], "answer_start": [1]}}
        for place in range(N)
    ]
    write("a.jsonl", rows)
    example = open_path("a.jsonl", TaskOptions()).test()[0]
    number = example.target.split()[1]
    assert example.input == f"q {number}\n\ntext {number}"


def test_a_conversation_is_the_same_task_in_a_csv_file_that_holds_it_as_json() -> None:
    rows: list[dict[str, Any]] = [
        {"messages": [{"role": "user", "content": f"q {place}"}, {"role": "assistant", "content": f"a {place}"}]}
        for place in range(N)
    ]
    write("a.jsonl", rows)
    write("a.csv", rows)
    write("a.parquet", rows)
    assert len({open_path(name, TaskOptions()).fingerprint for name in ("a.jsonl", "a.csv", "a.parquet")}) == 1


def test_tasks_that_users_have_keep_their_fingerprints() -> None:
    """Computed before conversations could hold more than roles and contents."""
    chats = [
        {
            "messages": [
                {"role": "system", "content": "Be brief."},
                {"role": "user", "content": f"question {place}"},
                {"role": "assistant", "content": f"answer {place}"},
            ]
        }
        for place in range(N)
    ]
    pairs = [{"input": f"question {place}", "target": f"answer {place}"} for place in range(N)]
    alpaca = [
        {"instruction": f"do {place}", "input": "" if place % 2 else f"with {place}", "output": f"done {place}"}
        for place in range(N)
    ]
    known: dict[str, tuple[list[dict[str, Any]], str]] = {
        "chat.jsonl": (chats, "1ec5d176edc4aacbbee9d016b10b26cd9d7636024344f12e10c85efd9222cd9b"),
        "pairs.jsonl": (pairs, "385833b91c815eb50cb40a222c5c7216cd84f33d46ff3cd01b083aa22c912ce7"),
        "alpaca.jsonl": (alpaca, "e58befd82316f124598387bfbd7f74511480c5c1a42d770f2f680b814ce72561"),
    }
    for name, (rows, fingerprint) in known.items():
        write(name, rows)
        assert open_path(name, TaskOptions()).fingerprint == fingerprint


def test_calls_of_tools_are_the_same_task_in_a_parquet_file_which_fills_up_objects_with_nulls() -> None:
    def called(name: str, **arguments: str) -> dict[str, Any]:
        return {"role": "assistant", "tool_calls": [{"function": {"name": name, "arguments": arguments}}]}

    rows: list[dict[str, Any]] = [
        {
            "messages": [
                {"role": "user", "content": f"q {place}"},
                called("look", at="Rome") if place % 2 else called("add", to="list"),
                {"role": "tool", "content": "done"},
                {"role": "assistant", "content": f"a {place}"},
            ]
        }
        for place in range(N)
    ]
    write("a.jsonl", rows)
    write("a.parquet", rows)
    assert len({open_path(name, TaskOptions()).fingerprint for name in ("a.jsonl", "a.parquet")}) == 1
