"""The executors that come with audition."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audition import hookimpl
from audition.types import ExecutorEntry

if TYPE_CHECKING:
    from collections.abc import Iterable


@hookimpl
def audition_executors() -> Iterable[ExecutorEntry]:
    """Return the executor of local child processes."""
    from audition_plugins.executors.local import LocalExecutor

    yield ExecutorEntry(name="local", make=LocalExecutor, summary="child processes on this machine")
