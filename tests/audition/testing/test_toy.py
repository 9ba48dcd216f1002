"""The toys are adapter, model, task, selector, executor and curves like any other: they pass the same tests."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch

from audition.checkpoints import resolve
from audition.encoding.lossy import lossy_share
from audition.errors import UsageError
from audition.plugins.catalog import Catalog
from audition.plugins.loading import load_plugins
from audition.testing import (
    TOY_ADAPTER,
    TOY_CURVES,
    TOY_EXECUTOR,
    TOY_LOSSES,
    TOY_MODEL,
    TOY_SELECTOR,
    TOY_TASK,
    TOY_TASK_ENTRY,
    AdapterConformance,
    CurvesConformance,
    ExecutorConformance,
    ModelConformance,
    PluginConformance,
    SelectorConformance,
    TaskConformance,
    ToyAdapter,
    ToyTask,
    build_toy_checkpoint,
    toy_model,
)
from audition.testing.toy import misbehaving, plugin
from audition.types import Example

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from audition.types import AdapterEntry, ExecutorEntry, LossCurve, ModelSpec, SelectorEntry, TaskEntry
    from audition.types.protocols import ModelAdapter, TaskLoader


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


class TestToyTask(TaskConformance):
    @pytest.fixture
    def entry(self) -> TaskEntry:
        return TOY_TASK_ENTRY

    @pytest.fixture
    def altered(self) -> TaskLoader:
        return ToyTask(n_held_out=30)


class TestToySelector(SelectorConformance):
    @pytest.fixture
    def entry(self) -> SelectorEntry:
        return TOY_SELECTOR


class TestToyExecutor(ExecutorConformance):
    """It fine-tunes in this process, so it claims to survive no crash, and it knows no time limit."""

    @pytest.fixture
    def entry(self) -> ExecutorEntry:
        return TOY_EXECUTOR


class TestToyModels(ModelConformance):
    @pytest.fixture(params=[TOY_MODEL, *map(toy_model, TOY_LOSSES)], ids=lambda spec: spec.name)
    def spec(self, request: pytest.FixtureRequest) -> ModelSpec:
        spec: ModelSpec = request.param
        return spec

    @pytest.fixture
    def adapter_names(self) -> Collection[str]:
        return ["toy"]


class TestToyCurves(CurvesConformance):
    @pytest.fixture
    def task(self) -> str:
        return TOY_TASK.name

    @pytest.fixture
    def curves(self, task: str) -> Sequence[LossCurve]:
        return TOY_CURVES


@pytest.mark.parametrize("plugin", [plugin, misbehaving], ids=["toy", "misbehaving"])
class TestToyPlugins(PluginConformance):
    """Nothing heavy is imported to list the toys."""


def test_toys_can_be_loaded_beside_what_ships_with_audition() -> None:
    catalog = Catalog(load_plugins(extra={"toy": plugin, "misbehaving": misbehaving}))
    assert {"toy", "misbehaving"} <= set(catalog.adapters)
    assert catalog.open_task("toy/colours").spec == TOY_TASK_ENTRY.spec
    assert {offer.entry.model for offer in catalog.curves("toy/colours")} == set(TOY_LOSSES)


def test_byte_tokeniser_loses_nothing() -> None:
    adapter = ToyAdapter.load(TOY_MODEL, TOY_MODEL.checkpoint)
    examples = [Example(input="say", target=target) for target in ("天气很好", "naïve", "🙂 plain")]
    assert lossy_share(adapter, examples) == 0


def test_a_toy_checkpoint_is_whole_and_its_weights_depend_on_its_name(tmp_path: Path) -> None:
    one, two = (build_toy_checkpoint(tmp_path / name, name) for name in ("one", "two"))
    assert resolve(one).fingerprint != resolve(two).fingerprint
    weights = [ToyAdapter.load(spec, spec.checkpoint).module.embedding.weight.detach().numpy() for spec in (one, two)]
    assert not np.array_equal(*weights)


def test_a_toy_subset_larger_than_the_training_split_is_refused() -> None:
    with pytest.raises(UsageError, match="a subset of toy/colours must have 0 to 400 training rows, got 401"):
        ToyTask().train(401, 0)
