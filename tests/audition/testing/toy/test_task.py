from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from audition.errors import UsageError
from audition.testing import (
    TOY_TASK_ENTRY,
    TaskConformance,
    ToyTask,
)

if TYPE_CHECKING:
    from audition.types import TaskEntry
    from audition.types.protocols import TaskLoader


class TestToyTask(TaskConformance):
    @pytest.fixture
    def entry(self) -> TaskEntry:
        return TOY_TASK_ENTRY

    @pytest.fixture
    def altered(self) -> TaskLoader:
        return ToyTask(n_held_out=30)


def test_a_toy_subset_larger_than_the_training_split_is_refused() -> None:
    with pytest.raises(UsageError, match="a subset of toy/colours must have 0 to 400 training rows, got 401"):
        ToyTask().train(401, 0)
