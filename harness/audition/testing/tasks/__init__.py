"""What every task must do. Inherit from `TaskConformance` and give it an entry.

    class TestMyTask(TaskConformance):
        @pytest.fixture
        def entry(self):
            return my_plugin.ENTRY

An entry that opens a scheme or files needs an `address` as well, and should give an `altered` task: the same with
another prompt, column or row.
"""

from __future__ import annotations

from audition.testing.tasks.fingerprint import FingerprintChecks
from audition.testing.tasks.splits import SplitChecks

__all__ = ["TaskConformance"]


class TaskConformance(SplitChecks, FingerprintChecks):
    """Tests that any `TaskLoader` passes."""
