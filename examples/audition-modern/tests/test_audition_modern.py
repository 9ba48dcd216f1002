from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import torch
import transformers

import audition_modern
from audition.testing import ModelConformance, PluginConformance

if TYPE_CHECKING:
    from types import ModuleType

    from audition.types import ModelSpec

MODEL_TYPES = {
    "qwen2.5": "qwen2",
    "qwen3": "qwen3",
    "llama-3.2": "llama",
    "smollm2": "llama",
    "gemma-3": "gemma3_text",
    "gemma-2": "gemma2",
}  #: of transformers, by family
every_model = pytest.mark.parametrize("spec", audition_modern.MODELS, ids=lambda spec: spec.name)


class TestPlugin(PluginConformance):
    @pytest.fixture
    def plugin(self) -> ModuleType:
        return audition_modern


class TestModels(ModelConformance):
    @pytest.fixture(params=audition_modern.MODELS, ids=lambda spec: spec.name)
    def spec(self, request: pytest.FixtureRequest) -> ModelSpec:
        spec: ModelSpec = request.param
        return spec


def configuration(spec: ModelSpec) -> Any:  # noqa: ANN401 - of whichever class the family has
    """Return the configuration of the network that the shape describes."""
    shape = spec.shape
    assert shape is not None
    return transformers.AutoConfig.for_model(
        MODEL_TYPES[spec.family],
        vocab_size=shape.n_vocab,
        hidden_size=shape.d_model,
        intermediate_size=shape.d_ff,
        num_hidden_layers=shape.n_layers,
        num_attention_heads=shape.n_heads,
        num_key_value_heads=shape.n_kv_heads or shape.n_heads,
        head_dim=shape.d_head,
        max_position_embeddings=shape.n_positions,
        tie_word_embeddings=shape.is_tied,
    )


@every_model
def test_the_network_of_its_shape_has_the_parameters_it_says(spec: ModelSpec) -> None:
    auto: Any = transformers.AutoModelForCausalLM  # its methods are not annotated
    with torch.device("meta"):
        module = auto.from_config(configuration(spec))
    assert sum(parameter.numel() for parameter in module.parameters()) == spec.n_params


@every_model
def test_its_activation_is_that_of_its_architecture(spec: ModelSpec) -> None:
    config = configuration(spec)
    assert spec.shape is not None
    assert spec.shape.activation == getattr(config, "hidden_activation", None) or config.hidden_act


def test_every_family_grows() -> None:
    families: dict[str, list[int]] = {}
    for spec in audition_modern.MODELS:
        families.setdefault(spec.family, []).append(spec.n_params or 0)
    assert set(families) == set(MODEL_TYPES)
    assert all(sizes == sorted(sizes) for sizes in families.values())
