"""What every adapter must do. Inherit from `AdapterConformance` and give it an entry and a checkpoint.

    class TestMyAdapter(AdapterConformance):
        @pytest.fixture
        def entry(self):
            return my_plugin.ENTRY

        @pytest.fixture
        def checkpoint(self, tmp_path):
            return build_checkpoint("llama", tmp_path / "checkpoint")

Prompts made in another way than audition's own (see `reference_loss`) override that method too.
"""

from __future__ import annotations

from audition.testing.adapters.base import PAIRS
from audition.testing.adapters.loss import LossChecks
from audition.testing.adapters.tokens import TokenChecks
from audition.testing.adapters.training import TrainingChecks

__all__ = ["PAIRS", "AdapterConformance"]


class AdapterConformance(LossChecks, TokenChecks, TrainingChecks):
    """Tests that any `ModelAdapter` passes. They need torch; a checkpoint of a few hundred thousand weights will do."""
