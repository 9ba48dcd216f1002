"""Random small relatives of every architecture, with a recipe and a micro-batch each, for checking memory estimates."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from audition.checkpoints import read_shape
from audition.memory import MicroBatch
from audition.types import Attention, ModelSpec, Recipe

if TYPE_CHECKING:
    import random

    from transformers import PretrainedConfig

SHARDED_D_MODEL = 512
SHARDED_KINDS = ("gpt2", "opt", "phi", "llama", "bart", "t5", "t5-v1.1", "mt5")  #: a Switch is tracked on real tensors
KINDS = ("gpt2", "opt", "phi", "llama", "bart", "t5", "t5-v1.1", "mt5", "switch")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One fine-tuning whose memory is estimated and tracked."""

    kind: str
    config: dict[str, Any]
    recipe: Recipe
    precision: str
    batch: MicroBatch

    @property
    def name(self) -> str:
        """Return it in one line."""
        config, recipe, batch = self.config, self.recipe, self.batch
        extras = [recipe.method, self.precision, *(["checkpointing"] if recipe.checkpointing else []), recipe.attention]
        extras += [f"{recipe.n_shards} shards"] if recipe.n_shards > 1 else []
        shape = f"{config['n_layers']}x{config['d_model']}, ff {config['d_ff']}, vocabulary {config['n_vocab']}"
        rows = f"{batch.n_rows}x({batch.n_input_tokens}+{batch.n_target_tokens})"
        return f"{self.kind} {shape}, {rows}, {' '.join(extras)}"

    def build(self) -> PretrainedConfig:
        """Return the configuration."""
        import transformers

        c = self.config
        n_layers, d, ff, heads, vocab = c["n_layers"], c["d_model"], c["d_ff"], c["n_heads"], c["n_vocab"]
        decoder = {"num_hidden_layers": n_layers, "hidden_size": d, "num_attention_heads": heads, "vocab_size": vocab}
        t5 = {"num_layers": n_layers, "num_decoder_layers": n_layers, "d_model": d, "d_ff": ff, "num_heads": heads}
        t5 |= {"d_kv": d // heads, "vocab_size": vocab}
        bart = {
            f"{side}_{name}": value
            for side in ("encoder", "decoder")
            for name, value in (("layers", n_layers), ("ffn_dim", ff), ("attention_heads", heads))
        }
        values: dict[str, tuple[str, dict[str, Any]]] = {
            "gpt2": ("gpt2", {"n_layer": n_layers, "n_embd": d, "n_inner": ff, "n_head": heads, "vocab_size": vocab}),
            "opt": ("opt", {**decoder, "ffn_dim": ff, "word_embed_proj_dim": d}),
            "phi": ("phi", {**decoder, "intermediate_size": ff}),
            "llama": ("llama", {**decoder, "intermediate_size": ff, "num_key_value_heads": heads}),
            "bart": ("bart", {**bart, "d_model": d, "vocab_size": vocab}),
            "t5": ("t5", t5),
            "t5-v1.1": ("t5", {**t5, "feed_forward_proj": "gated-gelu", "tie_word_embeddings": False}),
            "mt5": ("mt5", {**t5, "tie_word_embeddings": False}),
            "switch": ("switch_transformers", {
                **t5, "num_experts": 4, "num_sparse_encoder_layers": n_layers // 2,
                "num_sparse_decoder_layers": n_layers // 2}),
        }  # fmt: skip
        model_type, options = values[self.kind]
        config: PretrainedConfig = transformers.AutoConfig.for_model(model_type, **options)
        return config

    def sharded(self, n_shards: int) -> Case:
        """Return the same micro-batch for each of several devices that share the model."""
        batch_sizes = (self.batch.n_rows * n_shards,)
        return replace(self, recipe=replace(self.recipe, n_shards=n_shards, batch_sizes=batch_sizes))


def random_sharded_case(kind: str, rng: random.Random) -> Case:
    """Return a case of two, four or eight devices; nobody spreads the smallest models, and they are left out."""
    while True:
        case = random_case(kind, rng)
        if case.config["d_model"] >= SHARDED_D_MODEL:
            return case.sharded(rng.choice([2, 4, 8]))


def spec_of(config: PretrainedConfig, n_params: int | None) -> ModelSpec:
    """Return the model of a configuration, as the planner sees it."""
    return ModelSpec(
        name=config.model_type,
        family="tracked",
        adapter="tracked",
        checkpoint="none",
        architecture="decoder-only",
        licence="none",
        n_params=n_params,
        shape=read_shape(config.to_dict()),
    )


def random_case(kind: str, rng: random.Random, methods: tuple[str, ...] = ("full", "lora")) -> Case:
    """Return a case of `kind`: two to six layers, vocabularies from 2,000 to 250,000, batches of 1 to 16 rows."""
    is_small = kind == "switch"  # on real tensors
    d_model = rng.choice([128, 256] if is_small else [256, 512, 1024])
    n_rows = rng.choice([1, 2, 4, 8] if is_small else [1, 2, 4, 8, 16])
    recipe: dict[str, Any] = {"method": rng.choice(methods), "checkpointing": rng.random() < 0.4}
    attention: Attention = "auto" if is_small else rng.choice(("auto", "eager"))
    return Case(
        kind=kind,
        config={
            "n_layers": rng.choice([2, 4] if is_small else [2, 4, 6]),
            "d_model": d_model,
            "d_ff": rng.choice([2, 4]) * d_model,
            "n_heads": d_model // 64,
            "n_vocab": rng.choice([2000, 32000] if is_small else [2000, 32000, 50257, 250000]),
        },
        recipe=Recipe(name="case", batch_sizes=(n_rows,), micro_batch_tokens=10**9, attention=attention, **recipe),
        precision=rng.choice(["fp32", "bf16"]),
        batch=MicroBatch(
            n_rows=n_rows,
            n_input_tokens=rng.choice([32, 128, 256] if is_small else [32, 128, 256, 512]),
            n_target_tokens=rng.choice([8, 64, 128]),
        ),
    )
