"""Untrained networks of every architecture in the zoo, as transformers builds them from a configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
import transformers
from transformers import PretrainedConfig, PreTrainedModel

from zoo.tokenisers import BOS, EOS, PAD, SPECIAL_TOKENS

if TYPE_CHECKING:
    from zoo.specs import ZooModel

_IDS: dict[str, Any] = {
    "pad_token_id": SPECIAL_TOKENS.index(PAD),
    "eos_token_id": SPECIAL_TOKENS.index(EOS),
    "bos_token_id": SPECIAL_TOKENS.index(BOS),
}
#: Chooses experts per sequence of at most this many tokens: large enough that no token is ever dropped.
_EXPERT_CAPACITY = 4096


def build_config(model: ZooModel) -> PretrainedConfig:
    """Return the configuration; dropout is 0, since fine-tunings are short and must repeat exactly."""
    makers = {"gpt2": _gpt2, "opt": _opt, "phi": _phi, "bart": _bart}
    return makers.get(model.architecture, _t5)(model)


def build_model(model: ZooModel, config: PretrainedConfig, seed: int) -> PreTrainedModel:
    """Return the network with random weights in float32."""
    torch.manual_seed(seed)
    classes = {
        "gpt2": "GPT2LMHeadModel",
        "opt": "OPTForCausalLM",
        "phi": "PhiForCausalLM",
        "bart": "BartForConditionalGeneration",
        "t5": "T5ForConditionalGeneration",
        "t5-v1.1": "T5ForConditionalGeneration",
        "mt5": "MT5ForConditionalGeneration",
        "switch": "SwitchTransformersForConditionalGeneration",
    }
    network: PreTrainedModel = getattr(transformers, classes[model.architecture])(config)
    if model.architecture in ("t5-v1.1", "mt5"):
        # These do not scale the decoder's output; the stock deviation of 1 gives logits in the tens and a loss near 40.
        torch.nn.init.normal_(network.get_parameter("shared.weight"), std=config.d_model**-0.5)
    return network


def _gpt2(model: ZooModel) -> PretrainedConfig:
    shape = model.shape
    return transformers.GPT2Config(
        vocab_size=model.tokeniser.n_vocab,
        n_positions=shape.n_positions,
        n_embd=shape.d_model,
        n_layer=shape.n_layers,
        n_head=shape.n_heads,
        n_inner=shape.d_ff,
        resid_pdrop=0.0,
        embd_pdrop=0.0,
        attn_pdrop=0.0,
        **_IDS,
    )


def _opt(model: ZooModel) -> PretrainedConfig:
    shape = model.shape
    return transformers.OPTConfig(
        vocab_size=model.tokeniser.n_vocab,
        max_position_embeddings=shape.n_positions,
        hidden_size=shape.d_model,
        word_embed_proj_dim=shape.d_model,
        num_hidden_layers=shape.n_layers,
        num_attention_heads=shape.n_heads,
        ffn_dim=shape.d_ff,
        dropout=0.0,
        **_IDS,
    )


def _phi(model: ZooModel) -> PretrainedConfig:
    shape = model.shape
    return transformers.PhiConfig(
        vocab_size=model.tokeniser.n_vocab,
        max_position_embeddings=shape.n_positions,
        hidden_size=shape.d_model,
        num_hidden_layers=shape.n_layers,
        num_attention_heads=shape.n_heads,
        intermediate_size=shape.d_ff,
        resid_pdrop=0.0,
        embd_pdrop=0.0,
        attention_dropout=0.0,
        tie_word_embeddings=False,
        **_IDS,
    )


def _bart(model: ZooModel) -> PretrainedConfig:
    shape = model.shape
    return transformers.BartConfig(
        vocab_size=model.tokeniser.n_vocab,
        max_position_embeddings=shape.n_positions,
        d_model=shape.d_model,
        encoder_layers=shape.n_layers,
        decoder_layers=shape.n_decoder_layers,
        encoder_attention_heads=shape.n_heads,
        decoder_attention_heads=shape.n_heads,
        encoder_ffn_dim=shape.d_ff,
        decoder_ffn_dim=shape.d_ff,
        # Layers normalised after the residual sum hardly learn from the stock 0.02 in a network this narrow.
        init_std=round(shape.d_model**-0.5, 3),
        dropout=0.0,
        attention_dropout=0.0,
        activation_dropout=0.0,
        decoder_start_token_id=_IDS["eos_token_id"],
        forced_eos_token_id=None,
        **_IDS,
    )


def _t5(model: ZooModel) -> PretrainedConfig:
    """T5, T5-v1.1, mT5 and Switch: relative positions, decoder starts with padding."""
    shape = model.shape
    common: dict[str, Any] = {
        "vocab_size": model.tokeniser.n_vocab,
        "d_model": shape.d_model,
        "d_kv": shape.d_model // shape.n_heads,
        "d_ff": shape.d_ff,
        "num_layers": shape.n_layers,
        "num_decoder_layers": shape.n_decoder_layers,
        "num_heads": shape.n_heads,
        "dropout_rate": 0.0,
        "decoder_start_token_id": _IDS["pad_token_id"],
        "pad_token_id": _IDS["pad_token_id"],
        "eos_token_id": _IDS["eos_token_id"],
    }
    if model.architecture == "t5":
        return transformers.T5Config(feed_forward_proj="relu", **common)
    if model.architecture == "t5-v1.1":
        # transformers 5 ties the weights all the same and reads False as "do not scale the decoder's output".
        return transformers.T5Config(feed_forward_proj="gated-gelu", **{**common, "tie_word_embeddings": False})
    if model.architecture == "mt5":
        return transformers.MT5Config(feed_forward_proj="gated-gelu", **common)
    return transformers.SwitchTransformersConfig(
        num_experts=shape.n_experts or 1,
        expert_capacity=_EXPERT_CAPACITY,
        num_sparse_encoder_layers=shape.n_layers // 2,
        num_sparse_decoder_layers=(shape.n_decoder_layers or 0) // 2,
        router_jitter_noise=0.0,
        tie_word_embeddings=True,
        **common,
    )
