"""The local executor passes the public conformance tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from audition.testing import ExecutorConformance
from audition_plugins.executors import audition_executors

if TYPE_CHECKING:
    from audition.types import ExecutorEntry

ENTRIES = {entry.name: entry for entry in audition_executors()}


@pytest.mark.slow
class TestLocalExecutor(ExecutorConformance):
    """Workers are processes, so nothing is skipped."""

    @pytest.fixture
    def entry(self) -> ExecutorEntry:
        return ENTRIES["local"]
