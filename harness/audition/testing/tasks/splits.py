"""What a task promises of its splits and subsets."""
# ruff: noqa: D102 - the names of tests are their documentation

from __future__ import annotations

import random
from collections.abc import Sequence

import numpy as np
import pytest

from audition.errors import UsageError
from audition.testing.promises import promise, require
from audition.testing.tasks.base import TaskChecks
from audition.types import Example, TaskEntry
from audition.types.protocols import TaskLoader

_ORDER = 200  #: examples by which two orders are told apart


class SplitChecks(TaskChecks):
    """Checks of train, validation and test."""

    @promise(
        "an opened task says how large its splits are",
        keep="fill in n_train, n_validation and n_test of `spec`, and list the same numbers in the entry or None",
    )
    def test_sizes_are_those_of_the_splits(self, entry: TaskEntry, task: TaskLoader) -> None:
        spec = task.spec
        said = (spec.n_train, spec.n_validation, spec.n_test)
        require(all(isinstance(size, int) and size > 0 for size in said), f"it says {said}")
        found = (len(task.train(spec.n_train or 0, 0)), len(task.validation()), len(task.test()))
        require(said == found, f"it says {said} and has {found}")
        listed = (None,) * 3 if entry.spec is None else (entry.spec.n_train, entry.spec.n_validation, entry.spec.n_test)
        is_as_listed = all(size in (None, real) for size, real in zip(listed, found, strict=True))
        require(is_as_listed, f"its entry lists {listed} and it has {found}")

    @promise(
        "an example has text to read and text to learn",
        keep="return audition.types.Example with a str as input and a non-empty str as target",
    )
    def test_examples_are_pairs_of_text(self, task: TaskLoader) -> None:
        for split, examples in _splits(task).items():
            for place, example in enumerate(examples):
                require(isinstance(example, Example), f"{split} example {place} is {example!r}")
                require(isinstance(example.input, str), f"{split} input {place} is {example.input!r}")
                has_target = isinstance(example.target, str) and bool(example.target)
                require(has_target, f"{split} target {place} is {example.target!r}")

    @promise(
        "no input is in two splits",
        keep="split by a hash of the input, as audition.tasks.split_rows does, so that equal inputs stay together",
    )
    def test_splits_are_disjoint(self, task: TaskLoader) -> None:
        owners: dict[str, str] = {}
        for split, examples in _splits(task).items():
            for text in {example.input for example in examples}:
                other = owners.setdefault(text, split)
                require(other == split, f"{text[:60]!r} is in {other} and in {split}")

    @promise(
        "a smaller subset is a prefix of a larger one of the same seed",
        keep="order the whole training split once by the seed, as audition.tasks.subsets.subset_order does, and cut",
    )
    def test_subsets_are_nested(self, task: TaskLoader) -> None:
        n_train = task.spec.n_train or 0
        for seed, most in ((0, n_train), (1, min(n_train, _ORDER))):
            whole = list(task.train(most, seed))
            for n in sorted({0, 1, 2, most // 3, most // 2}):
                subset = list(task.train(n, seed))
                require(subset == whole[:n], f"the first {n} of {most} are not the subset of {n} of seed {seed}")

    @promise(
        "a subset holds as many examples as were asked for, or is refused",
        keep="call audition.tasks.subsets.require_rows, which raises UsageError when there are too few",
    )
    def test_a_subset_is_as_large_as_was_asked(self, task: TaskLoader) -> None:
        n_train = task.spec.n_train or 0
        for n in (0, 1, n_train // 2, n_train):
            got = len(task.train(n, 0))
            require(got == n, f"{got} came when {n} were asked for")
        try:
            got = len(task.train(n_train + 1, 0))
        except UsageError:
            return
        require(False, f"{got} came when {n_train + 1} of {n_train} were asked for")

    @promise(
        "the order of the training examples is fixed by the seed alone",
        keep="use audition.tasks.subset_order(n_train, seed): no generator of the process, nothing kept between calls",
    )
    def test_subsets_are_seeded(self, task: TaskLoader) -> None:
        n = min(_ORDER, task.spec.n_train or 0)
        orders = []
        for disturbance in range(2):
            random.seed(disturbance)
            np.random.seed(disturbance)
            orders.append([list(task.train(n, seed)) for seed in (0, 1, 2)])
        require(orders[0] == orders[1], "the same seeds gave another order the second time")
        if n >= 10:  # the orders of fewer may be equal by chance
            require(not _has_equal(orders[0]), "two of the seeds 0, 1 and 2 give the same order")

    @promise(
        "held-out examples are always the same, and a part of them is a prefix",
        keep="return the first `n_samples` of a list that never changes, and all of it for None",
    )
    @pytest.mark.parametrize("split", ["validation", "test"])
    def test_held_out_examples_are_fixed(self, task: TaskLoader, split: str) -> None:
        read = getattr(task, split)
        whole = list(read())
        require(list(read()) == whole, "another call gave others")
        for n in sorted({0, 1, len(whole) // 2, len(whole)}):
            require(list(read(n)) == whole[:n], f"{split}({n}) is not the first {n} of {split}()")


def _splits(task: TaskLoader) -> dict[str, Sequence[Example]]:
    return {"train": task.train(task.spec.n_train or 0, 0), "validation": task.validation(), "test": task.test()}


def _has_equal(orders: list[list[Example]]) -> bool:
    return any(one == other for place, one in enumerate(orders) for other in orders[:place])
