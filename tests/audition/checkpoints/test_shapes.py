from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import pytest

from audition.checkpoints import architecture_of, read_shape
from audition.errors import UsageError
from audition.types import ModelShape


def test_an_encoder_alone_is_refused() -> None:
    with pytest.raises(UsageError, match=r"model type 'bert' \(BertForMaskedLM\) is neither a causal nor"):
        architecture_of({"model_type": "bert", "architectures": ["BertForMaskedLM"]})


@pytest.mark.parametrize(
    ("config", "architecture"),
    [
        ({"architectures": ["LlamaForCausalLM"]}, "decoder-only"),
        ({"architectures": ["GPT2LMHeadModel"]}, "decoder-only"),
        ({"architectures": ["BartModel"], "is_encoder_decoder": True}, "encoder-decoder"),
        ({"is_encoder_decoder": True, "num_experts": 8}, "encoder-decoder-moe"),
        ({"architectures": ["MixtralForCausalLM"], "num_local_experts": 8}, "decoder-only"),
    ],
)
def test_the_configuration_tells_the_architecture(config: dict[str, Any], architecture: str) -> None:
    assert architecture_of(config) == architecture


# From the models' configurations on the hub.
LLAMA = {
    "model_type": "llama", "hidden_size": 2048, "intermediate_size": 8192, "num_hidden_layers": 16,
    "num_attention_heads": 32, "num_key_value_heads": 8, "head_dim": 64, "vocab_size": 128256,
    "max_position_embeddings": 131072, "rms_norm_eps": 1e-05, "tie_word_embeddings": True,
}  # fmt: skip


MT5 = {
    "model_type": "mt5", "d_model": 768, "d_kv": 64, "d_ff": 2048, "num_layers": 12, "num_heads": 12,
    "vocab_size": 250112, "feed_forward_proj": "gated-gelu", "is_encoder_decoder": True, "tie_word_embeddings": False,
    "relative_attention_num_buckets": 32, "n_positions": 512,
}  # fmt: skip


def test_a_llama_shape_is_gated_and_has_heads_of_their_own_size() -> None:
    shape = ModelShape(
        n_layers=16,
        d_model=2048,
        n_heads=32,
        d_head=64,
        d_ff=8192,
        n_vocab=128256,
        n_positions=131072,
        is_gated_ff=True,
        n_kv_heads=8,
        activation="silu",
        norm="rms",
        has_rotary_positions=True,
    )
    assert read_shape(LLAMA) == shape


def test_an_mt5_shape_has_a_decoder_and_no_positions() -> None:
    shape = ModelShape(
        n_layers=12, n_decoder_layers=12, d_model=768, n_heads=12, d_head=64, d_ff=2048, n_vocab=250112,
        is_gated_ff=True, is_tied=False, activation="gelu_new", norm="rms", has_position_bias=True,
        dropout=0.1, attention_dropout=0.1, ff_dropout=0.1,
    )  # fmt: skip
    assert read_shape(MT5) == shape


def test_an_unknown_configuration_has_no_shape() -> None:
    assert read_shape({"model_type": "rwkv", "attention_hidden_size": 64}) is None


PUBLISHED = files("audition_registries") / "models"


@pytest.mark.parametrize(
    "card", json.loads((PUBLISHED / "published.json").read_text(encoding="utf-8")), ids=lambda card: card["name"]
)
def test_the_shapes_of_the_papers_models_are_read_as_listed(card: dict[str, Any]) -> None:
    config = PUBLISHED / "configs" / f"{card['name'].replace('/', '__')}.json"
    settings = json.loads(config.read_text(encoding="utf-8"))
    assert read_shape(settings) == ModelShape(**card["shape"])
    assert architecture_of(settings) == card["architecture"]
