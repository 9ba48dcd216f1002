"""What the zoo is made of: models and tokenisers, read from ``specs.toml``."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Objective = Literal["causal", "span-corruption", "denoising"]

#: Adapter and objective of each architecture.
_ARCHITECTURES: Mapping[str, tuple[str, Objective]] = {
    "gpt2": ("gpt2", "causal"),
    "opt": ("opt", "causal"),
    "phi": ("phi", "causal"),
    "bart": ("bart", "denoising"),
    "t5": ("t5", "span-corruption"),
    "t5-v1.1": ("t5", "span-corruption"),
    "mt5": ("t5", "span-corruption"),
    "switch": ("switch", "span-corruption"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TokeniserSpec:
    """A tokeniser and the text it is trained on."""

    name: str
    kind: Literal["bpe", "unigram"]
    n_vocab: int  #: special tokens included
    shares: Mapping[str, float]  #: language to its share of the text, adding up to 1

    @property
    def languages(self) -> list[str]:
        """Return the languages it was trained on, sorted."""
        return sorted(self.shares)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """The shape of a network; counts, not sizes in bytes."""

    n_layers: int  #: of the encoder where there is one
    d_model: int
    n_heads: int
    d_ff: int
    n_decoder_layers: int | None = None  #: None for decoder-only models
    n_experts: int | None = None
    n_positions: int = 512  #: unused by models with relative positions


@dataclass(frozen=True, slots=True, kw_only=True)
class ZooModel:
    """One model of the zoo and how it is pre-trained."""

    name: str  #: without the ``tiny/`` prefix; ends in the measured number of parameters
    family: str
    architecture: str
    tokeniser: TokeniserSpec
    tokens: int  #: text tokens to train on
    shape: Shape
    batch_tokens: int = 2048
    peak_learning_rate: float = 2e-3
    noise: float = 0.5  #: share of tokens that the sequence-to-sequence objectives hide
    mean_spans: Sequence[float] = (3.0,)  #: tokens; each window draws one, and one beyond its length hides its end
    seed: int = 1

    @property
    def adapter(self) -> str:
        """Return the name of the adapter that loads it."""
        return _ARCHITECTURES[self.architecture][0]

    @property
    def objective(self) -> Objective:
        """Return what it is pre-trained to do."""
        return _ARCHITECTURES[self.architecture][1]


def read_specs() -> list[ZooModel]:
    """Return the models in the order in which they are to be trained."""
    tables = tomllib.loads(Path(__file__).with_name("specs.toml").read_text(encoding="utf-8"))
    tokenisers = {name: TokeniserSpec(name=name, **table) for name, table in tables["tokenisers"].items()}
    return [_model(table, tokenisers) for table in tables["models"]]


def _model(table: dict[str, Any], tokenisers: Mapping[str, TokeniserSpec]) -> ZooModel:
    shape = Shape(**table.pop("shape"))
    return ZooModel(shape=shape, tokeniser=tokenisers[table.pop("tokeniser")], **table)
