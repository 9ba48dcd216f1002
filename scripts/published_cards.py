"""Cards of the paper's thirty models, transcribed from the hub: licence, storage type, languages and configuration.

A configuration holds what decides size and shape, under the hub's own keys, so that `AutoConfig` reads it. Dropout and
token ids are kept where they differ from the defaults of transformers and matter for fine-tuning.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Config = dict[str, Any]
Json = bool | int | float | str | list[str]

ENGLISH = ("en",)
#: t5-small and t5-base were trained on translations of these too
T5_LANGUAGES = ("en", "fr", "de", "ro")
_MGPT = (
    "af ar az ba be bg bn cv da de el en es et eu fa fi fr he hi hu hy id it ja jv ka kk ko ky lt lv ml mn mr ms my nl"
    " os pl pt ro ru sv sw ta te tg th tk tr tt uk ur uz vi yo zh"
)
_MT5 = (
    "af am ar az be bg bn ca co cs cy da de el en eo es et eu fa fi fr fy ga gd gl gu ha he hi ht hu hy id ig is it ja"
    " jv ka kk km kn ko ku ky la lb lo lt lv mg mi mk ml mn mr ms mt my ne nl no ny pa pl ps pt ro ru sd si sk sl sm sn"
    " so sq sr st su sv sw ta te tg th tr uk ur uz vi xh yi yo zh zu"
)
MGPT_LANGUAGES, MT5_LANGUAGES = tuple(_MGPT.split()), tuple(_MT5.split())  # those with an ISO 639-1 code
ADAPTERS = {"mt5": "t5", "switch_transformers": "switch"}  #: for the others the adapter has the model type's name


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What the hub says of one model."""

    name: str  #: hub id, as the paper's tables spell it
    licence: str
    config: Config
    dtype: str = "float32"  #: of the weights as the hub stores them
    languages: tuple[str, ...] = ENGLISH

    @property
    def adapter(self) -> str:
        """Name of the adapter that serves this model type."""
        model_type: str = self.config["model_type"]
        return ADAPTERS.get(model_type, model_type)


def gpt2(n_layer: int, n_embd: int, n_head: int, n_positions: int = 1024, n_vocab: int = 50257, **rest: Json) -> Config:
    """Return a GPT-2 configuration."""
    return {
        "model_type": "gpt2", "architectures": ["GPT2LMHeadModel"], "vocab_size": n_vocab, "n_positions": n_positions,
        "n_embd": n_embd, "n_layer": n_layer, "n_head": n_head, "n_inner": 4 * n_embd,
        "activation_function": "gelu_new", "tie_word_embeddings": True, **rest,
    }  # fmt: skip


def cerebras(n_layer: int, n_embd: int, n_head: int) -> Config:
    """Return a Cerebras-GPT configuration: GPT-2 with 2,048 positions, exact GELU and no dropout."""
    return gpt2(
        n_layer, n_embd, n_head, 2048, activation_function="gelu", attn_pdrop=0.0, embd_pdrop=0.0, resid_pdrop=0.0
    )


def opt(n_layers: int, d_model: int, n_heads: int, **rest: Json) -> Config:
    """Return an OPT configuration; 350m projects its 512-wide embeddings and normalises after each block."""
    return {
        "model_type": "opt", "architectures": ["OPTForCausalLM"], "vocab_size": 50272, "max_position_embeddings": 2048,
        "hidden_size": d_model, "num_hidden_layers": n_layers, "num_attention_heads": n_heads, "ffn_dim": 4 * d_model,
        "word_embed_proj_dim": d_model, "do_layer_norm_before": True, "activation_function": "relu",
        "bos_token_id": 2, "eos_token_id": 2, "pad_token_id": 1, "tie_word_embeddings": True, **rest,
    }  # fmt: skip


def phi(n_layers: int, d_model: int, rotary: float, resid_pdrop: float) -> Config:
    """Return a Phi configuration: partial rotary positions, parallel blocks, an output matrix of its own with bias."""
    return {
        "model_type": "phi", "architectures": ["PhiForCausalLM"], "vocab_size": 51200, "max_position_embeddings": 2048,
        "hidden_size": d_model, "num_hidden_layers": n_layers, "num_attention_heads": 32, "num_key_value_heads": 32,
        "intermediate_size": 4 * d_model, "partial_rotary_factor": rotary, "rope_theta": 10000.0,
        "hidden_act": "gelu_new", "resid_pdrop": resid_pdrop, "qk_layernorm": False, "bos_token_id": 50256,
        "eos_token_id": 50256, "tie_word_embeddings": False,
    }  # fmt: skip


def bart(n_layers: int, d_model: int, n_heads: int, n_vocab: int) -> Config:
    """Return a BART configuration; the two fine-tuned checkpoints lack the mask token, hence one row less."""
    return {
        "model_type": "bart", "architectures": ["BartForConditionalGeneration"], "is_encoder_decoder": True,
        "vocab_size": n_vocab, "max_position_embeddings": 1024, "d_model": d_model,
        "encoder_layers": n_layers, "decoder_layers": n_layers, "encoder_attention_heads": n_heads,
        "decoder_attention_heads": n_heads, "encoder_ffn_dim": 4 * d_model, "decoder_ffn_dim": 4 * d_model,
        "activation_function": "gelu", "bos_token_id": 0, "pad_token_id": 1, "eos_token_id": 2,
        "decoder_start_token_id": 2, "forced_eos_token_id": 2, "tie_word_embeddings": True,
    }  # fmt: skip


def t5(n_layers: int, d_model: int, d_ff: int, n_heads: int, **rest: Json) -> Config:
    """Return a T5 configuration; positions are relative, so there is no longest input."""
    return {
        "model_type": "t5", "architectures": ["T5ForConditionalGeneration"], "is_encoder_decoder": True,
        "vocab_size": 32128, "d_model": d_model, "d_kv": 64, "d_ff": d_ff, "num_heads": n_heads,
        "num_layers": n_layers, "num_decoder_layers": n_layers, "relative_attention_num_buckets": 32,
        "feed_forward_proj": "relu", "pad_token_id": 0, "eos_token_id": 1, "decoder_start_token_id": 0,
        "tie_word_embeddings": True, **rest,
    }  # fmt: skip


def t5_v1_1(n_layers: int, d_model: int, d_ff: int, n_heads: int, **rest: Json) -> Config:
    """Return a T5 v1.1 configuration: gated feed-forward layers and an output matrix of its own."""
    options: dict[str, Json] = {"feed_forward_proj": "gated-gelu", "tie_word_embeddings": False, **rest}
    return t5(n_layers, d_model, d_ff, n_heads, **options)


def mt5(n_layers: int, d_model: int, d_ff: int, n_heads: int) -> Config:
    """Return an mT5 configuration: T5 v1.1 with a vocabulary of 250,112."""
    kind: dict[str, Json] = {
        "model_type": "mt5",
        "architectures": ["MT5ForConditionalGeneration"],
        "vocab_size": 250112,
    }
    return t5_v1_1(n_layers, d_model, d_ff, n_heads, **kind)


def switch(n_experts: int) -> Config:
    """Return a Switch base configuration: T5 base with every second feed-forward layer made of experts."""
    name = "SwitchTransformersForConditionalGeneration"
    kind: dict[str, Json] = {"model_type": "switch_transformers", "architectures": [name]}
    return t5(
        12, 768, 3072, 12, **kind, num_experts=n_experts, num_sparse_encoder_layers=6, num_sparse_decoder_layers=6,
        expert_capacity=64, router_bias=False, router_dtype="float32", dense_act_fn="relu",
    )  # fmt: skip


APACHE, MIT, LAMINI, OPT_LICENCE = "apache-2.0", "mit", "cc-by-nc-4.0", "other: OPT-175B licence"


def lamini(size: str, config: Config) -> Card:
    """Return the card of a LaMini-GPT: GPT-2 with one padding token more."""
    return Card(name=f"MBZUAI/LaMini-GPT-{size}", licence=LAMINI, config={**config, "vocab_size": 50258})


def in_half(name: str, licence: str, config: Config) -> Card:
    """Return the card of a model that the hub stores in float16."""
    return Card(name=name, licence=licence, config=config, dtype="float16")


def multilingual(name: str, config: Config, languages: tuple[str, ...]) -> Card:
    """Return the card of a model of several languages; all here are under Apache-2.0."""
    return Card(name=name, licence=APACHE, config=config, languages=languages)


CARDS: tuple[Card, ...] = (
    lamini("124M", gpt2(12, 768, 12)),
    lamini("774M", gpt2(36, 1280, 20)),
    lamini("1.5B", gpt2(48, 1600, 25)),
    Card(name="cerebras/Cerebras-GPT-111M", licence=APACHE, config=cerebras(10, 768, 12)),
    Card(name="cerebras/Cerebras-GPT-256M", licence=APACHE, config=cerebras(14, 1088, 17)),
    Card(name="cerebras/Cerebras-GPT-1.3B", licence=APACHE, config=cerebras(24, 2048, 16)),
    Card(name="cerebras/Cerebras-GPT-2.7B", licence=APACHE, config=cerebras(32, 2560, 32)),
    Card(name="facebook/bart-base", licence=APACHE, config=bart(6, 768, 12, 50265)),
    in_half("facebook/bart-large", APACHE, bart(12, 1024, 16, 50265)),
    Card(name="facebook/bart-large-cnn", licence=MIT, config=bart(12, 1024, 16, 50264)),
    Card(name="facebook/bart-large-xsum", licence=MIT, config=bart(12, 1024, 16, 50264)),
    in_half("facebook/opt-1.3b", OPT_LICENCE, opt(24, 2048, 32)),
    in_half("facebook/opt-2.7b", OPT_LICENCE, opt(32, 2560, 32)),
    in_half("facebook/opt-350m", OPT_LICENCE, opt(24, 1024, 16, word_embed_proj_dim=512, do_layer_norm_before=False)),
    in_half("facebook/opt-6.7b", OPT_LICENCE, opt(32, 4096, 32)),
    Card(name="gpt2-large", licence=MIT, config=gpt2(36, 1280, 20)),
    Card(name="gpt2-medium", licence=MIT, config=gpt2(24, 1024, 16)),
    Card(name="gpt2", licence=MIT, config=gpt2(12, 768, 12)),
    Card(name="gpt2-xl", licence=MIT, config=gpt2(48, 1600, 25)),
    multilingual("t5-base", t5(12, 768, 3072, 12), T5_LANGUAGES),
    multilingual("t5-small", t5(6, 512, 2048, 8), T5_LANGUAGES),
    in_half("microsoft/phi-2", MIT, phi(32, 2560, rotary=0.4, resid_pdrop=0.1)),
    in_half("microsoft/phi-1_5", MIT, phi(24, 2048, rotary=0.5, resid_pdrop=0.0)),
    Card(name="google/switch-base-16", licence=APACHE, config=switch(16)),
    Card(name="google/switch-base-32", licence=APACHE, config=switch(32)),
    Card(name="google/switch-base-8", licence=APACHE, config=switch(8)),
    multilingual("google/mt5-base", mt5(12, 768, 2048, 12), MT5_LANGUAGES),
    multilingual("google/mt5-large", mt5(24, 1024, 2816, 16), MT5_LANGUAGES),
    multilingual("ai-forever/mGPT", gpt2(24, 2048, 16, 2048, 100000), MGPT_LANGUAGES),
    Card(name="google/t5-v1_1-base", licence=APACHE, config=t5_v1_1(12, 768, 2048, 12)),
)
