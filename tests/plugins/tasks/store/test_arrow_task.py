from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from audition.tasks.splits import SPLITS
from audition.types import TaskOptions
from audition_plugins.tasks.files import open_path

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def test_subsets_are_nested(pairs: Callable[..., Any], write_jsonl: Callable[..., Path]) -> None:
    write_jsonl("my.jsonl", pairs(300))
    task = open_path("my.jsonl", TaskOptions())
    whole = list(task.train(task.spec.n_train or 0, seed=3))
    for n_samples in (0, 1, 7, 100):
        assert list(task.train(n_samples, seed=3)) == whole[:n_samples]
    assert whole != list(task.train(len(whole), seed=4))


def test_a_view_gives_the_same_rows_one_by_one_in_slices_and_in_a_loop(
    pairs: Callable[..., Any], write_jsonl: Callable[..., Path]
) -> None:
    write_jsonl("my.jsonl", pairs(2500))
    view = open_path("my.jsonl", TaskOptions()).train(1500, seed=0)
    looped = list(view)
    assert [view[place] for place in range(0, 1500, 100)] == looped[::100]
    assert list(view[40:60]) == looped[40:60]
    assert view[-1] == looped[-1]
    with pytest.raises(IndexError):
        view[1500]


@pytest.mark.parametrize(
    ("change", "is_another"),
    [
        ({"prompt": "Answer: {input}"}, True),
        ({"skip_bad_rows": True}, False),  # there are none
        ({"input_column": "input", "target_column": "target"}, False),
    ],
)
def test_the_fingerprint_is_that_of_the_examples(
    change: dict[str, Any], is_another: bool, pairs: Callable[..., Any], write_jsonl: Callable[..., Path]
) -> None:
    write_jsonl("my.jsonl", pairs(100))
    plain, changed = open_path("my.jsonl", TaskOptions()), open_path("my.jsonl", TaskOptions(**change))
    assert (plain.fingerprint != changed.fingerprint) == is_another


def test_which_rows_are_held_out_is_part_of_the_fingerprint(
    pairs: Callable[..., Any], write_jsonl: Callable[..., Path]
) -> None:
    for name, n_train in (("one", 80), ("two", 70)):
        write_jsonl(f"{name}/train.jsonl", pairs(n_train))
        write_jsonl(f"{name}/test.jsonl", pairs(100 - n_train, start=n_train))
    assert open_path("one", TaskOptions()).fingerprint != open_path("two", TaskOptions()).fingerprint


def test_the_loader_keeps_the_contract(pairs: Callable[..., Any], write_jsonl: Callable[..., Path]) -> None:
    from audition.types.protocols import TaskLoader

    write_jsonl("my.jsonl", pairs(100))
    task = open_path("my.jsonl", TaskOptions())
    assert isinstance(task, TaskLoader)
    assert all(getattr(task.spec, f"n_{name}") for name in SPLITS)
