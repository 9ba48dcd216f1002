"""The optimisers of bitsandbytes on a CPU: nothing is paged there, and nothing is said about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from audition.testing.checkpoints import build_checkpoint
from worlds.model_requests import ask_model, load_candidate, recipe

if TYPE_CHECKING:
    from pathlib import Path

    from audition.types import Optimiser


@pytest.mark.parametrize("optimiser", ["adamw-8bit", "paged-adamw", "paged-adamw-8bit"])
def test_low_rank_matrices_train_in_silence(
    optimiser: Optimiser, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    asked = ask_model(build_checkpoint("t5", tmp_path), 24, recipe(method="qlora", optimiser=optimiser))
    candidate = load_candidate(asked)
    assert candidate.measure(asked).status == "ok"
    assert capfd.readouterr() == ("", "")
