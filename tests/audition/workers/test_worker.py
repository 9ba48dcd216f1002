"""A worker keeps its model while requests ask for the same preparation, and loads it again when they do not."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from audition.plugins.catalog import Catalog
from audition.plugins.loading import load_plugins
from audition.testing.checkpoints import build_checkpoint
from audition.workers.worker import Worker
from worlds.model_requests import ask_model, recipe

if TYPE_CHECKING:
    from pathlib import Path

    from audition.types import MeasurementRequest, Observation, Progress

LORA = recipe(method="lora", n_test=2)


class Counting:
    """A worker, and how often it has loaded a model."""

    def __init__(self, folder: Path) -> None:
        catalog = Catalog(load_plugins())
        task = catalog.open_task("package-synopsis")
        self._worker = Worker(catalog)
        self.n_loads = 0
        self.asked = ask_model(
            build_checkpoint("gpt2", folder),
            0,
            LORA,
            task=task.spec,
            task_fingerprint=task.fingerprint,
            rank_lossy=True,  # the small tokeniser has no Chinese
        )

    def measure(self, request: MeasurementRequest) -> Observation:
        return self._worker.answer("run", request, self._note)  # type: ignore[return-value]  # one type a verb

    def _note(self, progress: Progress) -> None:
        self.n_loads += progress.stage == "loading"


@pytest.fixture
def counting(tmp_path: Path) -> Counting:
    return Counting(tmp_path / "checkpoint")


def test_worker_loads_again_for_another_method_and_measures_with_that(counting: Counting) -> None:
    asked = counting.asked
    lora = counting.measure(asked)
    others = (
        replace(LORA, method="full"),
        replace(LORA, method="qlora"),
        replace(LORA, method="qlora", quantisation="int8"),
        replace(LORA, precision="bf16"),
    )
    for n_loads, other in enumerate(others, start=2):
        counting.measure(replace(asked, recipe=other))
        assert counting.n_loads == n_loads
    assert counting.measure(asked).loss_per_token == lora.loss_per_token
    assert counting.n_loads == 6


def test_worker_keeps_its_model_for_another_seed_rate_or_optimiser(counting: Counting) -> None:
    asked = counting.asked
    counting.measure(asked)
    other = replace(LORA, name="other", learning_rates=(0.1,), optimiser="adamw-8bit", epochs=7)
    counting.measure(replace(asked, seed=1, recipe=other))
    assert counting.n_loads == 1
