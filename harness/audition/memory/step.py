"""One training step: everything that its memory depends on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from audition.memory.activations import Numerics
    from audition.memory.micro_batch import MicroBatch
    from audition.memory.weights import Weights
    from audition.types import ModelShape, Recipe

_FP32 = 4
_NF4_BYTES = 0.5 + 1 / 64 + 4 / (64 * 256)  #: a number; one byte a block of 64 and four a 256 of these (QLoRA, 2023)
_INT8_BYTES = 1.0
_STATE_BYTES = {"adamw": 8.0, "adamw-8bit": 2.0 + 8 / 256, "paged-adamw": 0.0, "paged-adamw-8bit": 0.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One training step: everything its memory depends on."""

    shape: ModelShape
    weights: Weights
    recipe: Recipe
    batch: MicroBatch
    numerics: Numerics
    is_cuda: bool

    @property
    def n_trained(self) -> int:
        """Return the number of trained weights."""
        if self.recipe.method == "full":
            return self.weights.total
        return self.recipe.lora_rank * self.weights.low_rank

    @property
    def is_seq2seq(self) -> bool:
        """Return whether encoder and decoder are two stacks."""
        return self.shape.n_decoder_layers is not None

    @property
    def stored(self) -> float:
        """Return the bytes of all weights."""
        weights = self.weights
        return self.bytes_of(linear=weights.linear, other=weights.total - weights.linear, low_rank=weights.low_rank)

    def bytes_of(self, *, linear: float, other: float, low_rank: float) -> float:
        """Return the bytes of weights of linear layers in blocks, of others, and of LoRA's (per unit of rank)."""
        recipe = self.recipe
        if recipe.method == "full":
            return _FP32 * (linear + other)
        frozen = 2 if self.numerics.is_mixed else _FP32
        quantised = _NF4_BYTES if recipe.quantisation == "nf4" else _INT8_BYTES
        in_layers = frozen if recipe.method == "lora" else quantised
        return in_layers * linear + frozen * other + _FP32 * recipe.lora_rank * low_rank

    @property
    def casts(self) -> float:
        """Return the bytes of the narrow copies of linear layers' weights that autocast makes."""
        if not self.numerics.is_mixed:
            return 0.0
        if self.recipe.method == "full":
            return 2 * (self.weights.linear + (self.weights.head or self.weights.embedding))
        return 2 * self.n_trained

    @property
    def head_cast(self) -> float:
        """Return the bytes of the narrow copy of the output matrix."""
        is_cast = self.numerics.is_mixed and self.recipe.method == "full"
        return 2.0 * (self.weights.head or self.weights.embedding) if is_cast else 0.0

    @property
    def is_split(self) -> bool:
        """Return whether earlier micro-batches of the same step have left gradients."""
        return self.batch.n_rows < max(self.recipe.batch_sizes)

    @property
    def states(self) -> float:
        """Return the bytes of the optimiser's states on the device."""
        return _STATE_BYTES[self.recipe.optimiser] * self.n_trained
