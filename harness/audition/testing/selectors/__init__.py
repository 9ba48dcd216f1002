"""What every selector must do. Inherit from `SelectorConformance` and give it an entry.

    class TestMySelector(SelectorConformance):
        @pytest.fixture
        def entry(self):
            return my_plugin.ENTRY

Every problem is a `SpyProblem`: losses come from formulas and nothing is trained, so the class takes a second or so.
"""

from __future__ import annotations

from audition.testing.selectors.fairness import FairnessChecks
from audition.testing.selectors.hardship import HardshipChecks
from audition.testing.selectors.ranking import RankingChecks

__all__ = ["SelectorConformance"]


class SelectorConformance(RankingChecks, FairnessChecks, HardshipChecks):
    """Tests that any `Selector` passes."""
