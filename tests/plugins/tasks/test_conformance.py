"""The embedded tasks and a user's file pass the public conformance tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from audition.testing import TaskConformance
from audition.types import TaskEntry, TaskOptions
from audition_plugins.tasks import audition_tasks
from audition_plugins.tasks.embedded import embedded_specs

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from audition.types.protocols import TaskLoader

ENTRIES = {entry.name: entry for entry in audition_tasks()}
EMBEDDED = [ENTRIES[spec.name] for spec in embedded_specs()]


@pytest.mark.parametrize("entry", EMBEDDED, ids=lambda entry: entry.name)
class TestEmbeddedTasks(TaskConformance):
    """They ship with audition; nothing about them can be altered."""


class TestFiles(TaskConformance):
    """A user's file; the same with a prompt is another task."""

    @pytest.fixture
    def entry(self) -> TaskEntry:
        return ENTRIES["files"]

    @pytest.fixture
    def address(self, write_jsonl: Callable[..., Path], pairs: Callable[..., list[dict[str, str]]]) -> str:
        return str(write_jsonl("mine.jsonl", pairs(300)))

    @pytest.fixture
    def altered(self, entry: TaskEntry, address: str) -> TaskLoader:
        return entry.open(address, TaskOptions(prompt="Answer: {input}", target_column="target"))
