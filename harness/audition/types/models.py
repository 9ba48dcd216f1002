"""What is known of a model before it is loaded."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

#: "unknown": of a model that is known by its recorded losses alone
Architecture = Literal["decoder-only", "encoder-decoder", "encoder-decoder-moe", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelShape:
    """The dimensions of a transformer that memory and cost depend on."""

    n_layers: int  #: encoder layers of an encoder-decoder, else all layers
    n_decoder_layers: int | None = None  #: None for a decoder-only model
    d_model: int
    n_heads: int
    d_head: int
    d_ff: int
    n_vocab: int
    n_positions: int | None = None  #: longest sequence with learned positions, in tokens; None: no such limit
    n_experts: int = 1  #: experts of a sparse layer (Switch); 1 for a dense model
    is_gated_ff: bool = False  #: a gated feed-forward layer has three matrices instead of two
    is_tied: bool = True  #: input and output embeddings are one matrix
    n_kv_heads: int | None = None  #: heads of keys and values, where queries share them; None: n_heads
    d_embedding: int | None = None  #: width of the embeddings, where it is projected to d_model; None: d_model
    n_sparse_layers: int = 0  #: layers with experts, of encoder and decoder together
    n_active_experts: int = 1  #: experts that a token meets in a sparse layer
    activation: str = "gelu"  #: of the feed-forward layer, by transformers' name
    norm: Literal["layer", "rms"] = "layer"
    has_rotary_positions: bool = False
    has_position_bias: bool = False  #: learned relative positions, added to the attention scores (T5)
    is_parallel: bool = False  #: attention and feed-forward read the same normalised input (Phi)
    is_qkv_fused: bool = False  #: one matrix makes queries, keys and values (GPT-2)
    dropout: float = 0.0  #: of the residual stream, when training
    attention_dropout: float = 0.0  #: of the attention weights
    ff_dropout: float = 0.0  #: of the inner feed-forward activations


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSpec:
    """A checkpoint that may be fine-tuned: pure data, no weights."""

    name: str  #: unique in a catalog: the hub id of a published model, `tiny/…` for the zoo, the path of a local folder
    family: str  #: models that scale together
    adapter: str  #: name of the adapter that loads it
    checkpoint: str  #: hub id, or absolute path of a local folder
    revision: str | None = None  #: hub revision (branch, tag or commit); None: the default branch
    architecture: Architecture
    licence: str
    n_params: int | None  #: total, embeddings included, tied weights counted once; None: unknown until loaded
    n_params_published: int | None = None  #: as counted by the paper's experiments, where that differs in meaning
    shape: ModelShape | None = None  #: None: unknown until the configuration is read
    languages: tuple[str, ...] = ()  #: ISO 639-1 codes it was pre-trained on; empty: unknown
    is_gated: bool = False  #: the hub asks for a token and an accepted licence
    download_bytes: int | None = None  #: size of the weights on the hub; 0 for a local folder; None: unknown
    learning_rates: tuple[tuple[str, float], ...] = ()  #: found for (task name, or "*" for any task)

    def learning_rate(self, task: str) -> float | None:
        """Return the learning rate its card recommends for `task`, or None."""
        rates = dict(self.learning_rates)
        return rates.get(task, rates.get("*"))

    def as_published(self) -> ModelSpec:
        """Return the model with the parameter count that the recorded experiments used."""
        return self if self.n_params_published is None else replace(self, n_params=self.n_params_published)
