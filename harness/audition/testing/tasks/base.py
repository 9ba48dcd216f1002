"""What the checks of a task share: how it is opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from audition.types import TaskOptions

if TYPE_CHECKING:
    from audition.types import TaskEntry
    from audition.types.protocols import TaskLoader


class TaskChecks:
    """A task under test."""

    options = TaskOptions()  #: to open it with; a listed task takes none

    @pytest.fixture
    def entry(self) -> TaskEntry:
        """Return the task under test."""
        raise NotImplementedError("give the task under test: a fixture 'entry' that returns its TaskEntry")

    @pytest.fixture
    def address(self, entry: TaskEntry) -> str:
        """Return what the entry opens: the name of a listed task; for a scheme or a suffix, override this."""
        if entry.spec is None:
            raise NotImplementedError("give the entry something to open: a fixture 'address' that returns it")
        return entry.spec.name

    @pytest.fixture
    def task(self, entry: TaskEntry, address: str) -> TaskLoader:
        """Return the opened task."""
        return entry.open(address, self.options)

    @pytest.fixture
    def altered(self) -> TaskLoader | None:
        """Return the same task with one thing changed that its examples depend on; None: nothing can be."""
        return None
