from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import torch

from audition.testing import (
    TOY_ADAPTER,
    TOY_MODEL,
    AdapterConformance,
    ToyAdapter,
)

if TYPE_CHECKING:
    from pathlib import Path

    from audition.types import AdapterEntry, Example, ModelSpec
    from audition.types.protocols import ModelAdapter


class TestToyAdapter(AdapterConformance):
    """Its prompts are its own."""

    max_input_tokens = 128  # its tokens are bytes

    @pytest.fixture
    def entry(self) -> AdapterEntry:
        return TOY_ADAPTER

    @pytest.fixture
    def checkpoint(self, tmp_path_factory: pytest.TempPathFactory) -> Path:
        folder = tmp_path_factory.mktemp("toy")  # tests save to tmp_path
        ToyAdapter(seed=3).save(folder)
        return folder

    @pytest.fixture
    def spec(self, entry: AdapterEntry, checkpoint: Path) -> ModelSpec:
        return replace(TOY_MODEL, checkpoint=str(checkpoint))

    def reference_loss(self, adapter: ModelAdapter, example: Example) -> float:
        ids = [*example.input.encode(), 258, *example.target.encode(), 257]
        with torch.no_grad():
            probabilities = adapter.module(torch.tensor([ids]))[0].double().log_softmax(dim=-1)
        first = len(example.input.encode()) + 1
        return -sum(float(probabilities[place - 1, ids[place]]) for place in range(first, len(ids)))
