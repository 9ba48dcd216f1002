from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import torch

from audition.protocols import TaskLoader
from audition.testing.adapters import AdapterConformance
from audition.testing.toy import TOY_ADAPTER, TOY_MODEL, ByteTokeniser, ToyAdapter, ToyTask
from audition.training.lossy import lossy_share

if TYPE_CHECKING:
    from pathlib import Path

    from audition.protocols import ModelAdapter
    from audition.types import AdapterEntry, Example, ModelSpec


class TestToyAdapter(AdapterConformance):
    """The toy is an adapter like any other; its prompts are its own."""

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


def test_splits_of_the_toy_task_are_disjoint() -> None:
    task = ToyTask()
    inputs = [each.input for each in [*task.train(400, 0), *task.validation(), *task.test()]]
    assert len(set(inputs)) == len(inputs) == 480
    assert (task.spec.n_train, task.spec.n_validation, task.spec.n_test) == (400, 40, 40)


def test_subsets_of_the_toy_task_are_nested_and_seeded() -> None:
    task = ToyTask()
    assert list(task.train(200, 1))[:50] == list(task.train(50, 1))
    assert list(task.train(200, 1)) != list(task.train(200, 2))


def test_toy_task_is_a_task_and_its_fingerprint_changes_with_the_split() -> None:
    assert isinstance(ToyTask(), TaskLoader)
    assert ToyTask().fingerprint == ToyTask().fingerprint
    assert ToyTask().fingerprint != ToyTask(n_held_out=30).fingerprint


def test_byte_tokeniser_loses_nothing() -> None:
    assert lossy_share(ByteTokeniser(), ["天气很好", "naïve", "🙂 plain"]) == 0  # type: ignore[arg-type]  # a stand-in
