from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

import audition_toy
from audition.testing import ModelConformance, PluginConformance, SelectorConformance, SpyProblem, power_law
from audition.types import Point

if TYPE_CHECKING:
    from types import ModuleType

    from audition.types import ModelSpec, SelectorEntry


class TestPlugin(PluginConformance):
    @pytest.fixture
    def plugin(self) -> ModuleType:
        return audition_toy


class TestTwoPoints(SelectorConformance):
    @pytest.fixture
    def entry(self) -> SelectorEntry:
        return audition_toy.TWO_POINTS


class TestPythia(ModelConformance):
    @pytest.fixture
    def spec(self) -> ModelSpec:
        return audition_toy.PYTHIA


def test_a_power_law_is_predicted_exactly() -> None:
    problem = SpyProblem({"steep": power_law(20, 0.3)})
    (row,) = audition_toy.TwoPoints().select(problem, np.random.default_rng(0)).models
    assert row.predicted_loss == pytest.approx(power_law(20, 0.3)(problem.d_full))
    assert problem.sizes_measured("steep") == problem.sizes[:2]


def test_without_a_line_the_loss_decides() -> None:
    largest, smaller = SpyProblem().sizes[:2]
    problem = SpyProblem({"steep": power_law(20, 0.3)}, failing={Point("steep", largest): "out-of-memory"})
    (row,) = audition_toy.TwoPoints().select(problem, np.random.default_rng(0)).models
    assert row.score == pytest.approx(-power_law(20, 0.3)(smaller))
    assert row.predicted_loss is None
    assert "too few losses for a line" in row.notes


def test_pythia_has_the_parameters_it_says() -> None:
    transformers = pytest.importorskip("transformers", reason="the configuration is built with transformers")
    torch = pytest.importorskip("torch")
    shape = audition_toy.PYTHIA.shape
    assert shape is not None
    config = transformers.AutoConfig.for_model(
        "gpt_neox",
        hidden_size=shape.d_model,
        intermediate_size=shape.d_ff,
        num_attention_heads=shape.n_heads,
        num_hidden_layers=shape.n_layers,
        vocab_size=shape.n_vocab,
        tie_word_embeddings=shape.is_tied,
    )
    with torch.device("meta"):
        module = transformers.AutoModelForCausalLM.from_config(config)
    assert sum(parameter.numel() for parameter in module.parameters()) == audition_toy.PYTHIA.n_params
