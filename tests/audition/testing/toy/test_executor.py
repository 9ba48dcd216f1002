from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from audition.testing import (
    TOY_EXECUTOR,
    ExecutorConformance,
)

if TYPE_CHECKING:
    from audition.types import ExecutorEntry


class TestToyExecutor(ExecutorConformance):
    """It fine-tunes in this process, so it claims to survive no crash, and it knows no time limit."""

    @pytest.fixture
    def entry(self) -> ExecutorEntry:
        return TOY_EXECUTOR
