"""What every executor must do. Inherit from `ExecutorConformance` and give it an entry.

    class TestMyExecutor(ExecutorConformance):
        @pytest.fixture
        def entry(self):
            return my_plugin.ENTRY

The executor fine-tunes toys in its own workers: the plugin `audition.testing.toy.misbehaving` is installed for every
process that inherits PYTHONPATH. What an executor does not claim is skipped: a crash where it fine-tunes in the process
that asks, a time limit where `make` has no option `timeout`.
"""

from __future__ import annotations

from audition.testing.executors.endings import EndingChecks
from audition.testing.executors.outcomes import OutcomeChecks

__all__ = ["ExecutorConformance"]


class ExecutorConformance(OutcomeChecks, EndingChecks):
    """Tests that any `Executor` passes. They need torch, and take some seconds where workers are processes."""
