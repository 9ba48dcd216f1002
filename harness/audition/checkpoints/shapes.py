"""What a configuration says of the network, whichever names its family uses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audition.errors import UsageError
from audition.types import ModelShape

if TYPE_CHECKING:
    from collections.abc import Mapping

    from audition.types import Architecture

_N_EXPERTS = ("num_experts", "num_local_experts", "n_routed_experts")
_POSITIONS = ("n_positions", "max_position_embeddings")
_ACTIVATIONS = ("feed_forward_proj", "activation_function", "hidden_act", "hidden_activation", "dense_act_fn")
_GATED = {"gated-gelu": "gelu_new", "gated-silu": "silu"}  #: as T5 spells them
_FUSED = ("gpt_neox", "phi3", "bloom", "falcon")  #: besides GPT-2, whose names differ
#: what transformers assumes where a configuration is silent (5.23, the configuration classes' defaults)
_FAMILY_DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    "gpt2": {"resid_pdrop": 0.1, "attn_pdrop": 0.1, "activation_function": "gelu_new"},
    "opt": {"dropout": 0.1, "activation_function": "relu"},
    "phi": {"hidden_act": "gelu_new", "rope_theta": 10000.0},
    "bart": {"dropout": 0.1, "activation_function": "gelu"},
    "t5": {"dropout_rate": 0.1, "feed_forward_proj": "relu", "relative_attention_num_buckets": 32},
    "mt5": {"dropout_rate": 0.1, "feed_forward_proj": "gated-gelu", "relative_attention_num_buckets": 32},
    "switch_transformers": {"dropout_rate": 0.1, "dense_act_fn": "relu", "relative_attention_num_buckets": 32},
    "llama": {"hidden_act": "silu", "rope_theta": 10000.0},
    "qwen2": {"hidden_act": "silu", "rope_theta": 10000.0},
    "qwen3": {"hidden_act": "silu", "rope_theta": 10000.0},
    "mistral": {"hidden_act": "silu", "rope_theta": 10000.0},
}
#: heads that generate text; a checkpoint of a bare network (`…Model`) gets one when it is loaded
_GENERATIVE = ("ForCausalLM", "LMHeadModel", "ForConditionalGeneration", "MTModel", "Model")


def architecture_of(config: Mapping[str, Any]) -> Architecture:
    """Return the architecture of a configuration.

    Raises:
        UsageError: it is of a model that does not generate text, such as an encoder alone.
    """
    classes = config.get("architectures") or ()
    if classes and not any(name.endswith(_GENERATIVE) for name in classes):
        raise UsageError(
            f"model type {config.get('model_type')!r} ({', '.join(classes)}) is neither a causal nor a "
            "sequence-to-sequence language model"
        )
    if not config.get("is_encoder_decoder"):
        return "decoder-only"
    return "encoder-decoder-moe" if _first(config, *_N_EXPERTS, default=1) > 1 else "encoder-decoder"


def read_shape(config: Mapping[str, Any]) -> ModelShape | None:
    """Return the dimensions of the network, or None where the configuration uses names that no known family uses."""
    config = {**config, **(config.get("text_config") or {})}  # of a model that sees, hears and reads
    n_layers = _first(config, "encoder_layers", "num_layers", "n_layer", "num_hidden_layers")
    d_model = _first(config, "d_model", "n_embd", "hidden_size")
    n_heads = _first(config, "encoder_attention_heads", "num_heads", "n_head", "num_attention_heads")
    n_vocab = _first(config, "vocab_size")
    if not (n_layers and d_model and n_heads and n_vocab):
        return None
    has_decoder = bool(config.get("is_encoder_decoder"))
    return ModelShape(
        n_layers=n_layers,
        n_decoder_layers=_first(config, "decoder_layers", "num_decoder_layers", default=n_layers)
        if has_decoder
        else None,
        d_model=d_model,
        n_heads=n_heads,
        d_head=_first(config, "d_kv", "head_dim", default=d_model // n_heads),
        d_ff=_first(config, "d_ff", "n_inner", "encoder_ffn_dim", "ffn_dim", "intermediate_size", default=4 * d_model),
        n_vocab=n_vocab,
        n_positions=_n_positions(config),
        n_experts=_first(config, *_N_EXPERTS, default=1),
        is_gated_ff=_is_gated(config),
        is_tied=config.get("tie_word_embeddings", True) and config.get("scale_decoder_outputs", True),
        n_kv_heads=_differing(_first(config, "num_key_value_heads"), n_heads),
        d_embedding=_differing(_first(config, "word_embed_proj_dim", "embedding_size"), d_model),
        n_sparse_layers=_n_sparse_layers(config, n_layers),
        n_active_experts=_first(config, "num_experts_per_tok", default=1),
        **_details(config),
    )


def _details(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return what activations in memory depend on; what a configuration leaves out is as its family has it."""
    config = {**_FAMILY_DEFAULTS.get(str(config.get("model_type")), {}), **config}
    activation = str(_present(config, *_ACTIVATIONS) or "gelu")
    dropout = float(_present(config, "dropout_rate", "resid_pdrop", "dropout") or 0.0)
    has_bias = "relative_attention_num_buckets" in config
    return {
        "activation": _GATED.get(activation, activation),
        "norm": "rms" if has_bias or "rms_norm_eps" in config else "layer",
        "has_rotary_positions": any(key in config for key in ("rope_theta", "rope_parameters", "rope_scaling")),
        "has_position_bias": has_bias,
        "is_parallel": bool(config.get("use_parallel_residual") or config.get("model_type") == "phi"),
        "is_qkv_fused": bool(config.get("n_embd") or config.get("model_type") in _FUSED),
        "dropout": dropout,
        "attention_dropout": dropout
        if has_bias
        else float(_present(config, "attn_pdrop", "attention_dropout", "dropout_p") or 0.0),
        "ff_dropout": dropout if has_bias else float(_present(config, "activation_dropout") or 0.0),
    }


def _first(config: Mapping[str, Any], *keys: str, default: int = 0) -> int:
    return next((int(config[key]) for key in keys if config.get(key) is not None), default)


def _n_positions(config: Mapping[str, Any]) -> int | None:
    if "relative_attention_num_buckets" in config:  # T5's `n_positions` is what it was pre-trained with, not a limit
        return None
    return _first(config, *_POSITIONS) or None


def _is_gated(config: Mapping[str, Any]) -> bool:
    """Return whether the feed-forward layer is gated: as T5 says it, else as Llama and its kin are recognised."""
    default = "gated-gelu" if config.get("model_type") == "mt5" else ""
    if str(config.get("feed_forward_proj", default)).startswith("gated"):
        return True
    return "rms_norm_eps" in config and "intermediate_size" in config


def _n_sparse_layers(config: Mapping[str, Any], n_layers: int) -> int:
    """Return the layers with experts: as Switch counts them, else all layers of a model that has experts."""
    if "num_sparse_encoder_layers" in config:
        return _first(config, "num_sparse_encoder_layers") + _first(config, "num_sparse_decoder_layers")
    return n_layers if _first(config, *_N_EXPERTS, default=1) > 1 else 0


def _differing(value: int, usual: int) -> int | None:
    """Return `value`, or None where it is absent or the usual one."""
    return value if value and value != usual else None


def _present(config: Mapping[str, Any], *keys: str) -> Any:  # noqa: ANN401 - whatever the configuration holds
    return next((config[key] for key in keys if config.get(key) is not None), None)
