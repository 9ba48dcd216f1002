"""What a forward pass keeps for the backward pass, layer by layer.

Counted from what torch's autograd saves of each operation (an operation saves what its derivative needs, and a tensor
that two operations save is kept once), as transformers writes the blocks. In float32 a layer norm saves its input, a
linear layer its input, an attention its queries, keys, values and output; under autocast the outputs of matrix products
have two bytes, norms and softmax stay at four, and every linear layer keeps its own cast copy of its input.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from audition.types import ModelShape

AttentionPath = Literal["fused", "eager", "math"]
#: tensors of the inner width that an activation keeps, its output included; formulas in Python keep every step
_SAVED_BY_ACTIVATION = {"relu": 1, "gelu": 2, "silu": 2, "gelu_pytorch_tanh": 2, "gelu_new": 5, "quick_gelu": 4}
_SAVED_BY_OTHERS = 3
_FP32 = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Numerics:
    """How a forward pass computes."""

    is_mixed: bool  #: bf16 autocast
    attention: AttentionPath  #: fused: a kernel that never writes the scores; math: torch's fall-back for sdpa
    mask_bytes: int | None  #: a number of a dropout mask: 1 on CUDA; None: as wide as what is masked (CPU)
    trains_norms: bool  #: norm weights are trained: a root-mean-square norm then keeps its output, too
    rank: int = 0  #: of LoRA

    @property
    def width(self) -> int:
        """Return the bytes of a number that a matrix product makes."""
        return 2 if self.is_mixed else _FP32

    def mask(self, width: int) -> int:
        """Return the bytes of one number of a dropout mask over numbers of `width` bytes."""
        return width if self.mask_bytes is None else self.mask_bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One layer's tokens: those it works on, and those of the encoder that a decoder layer looks at."""

    n_rows: int
    n_tokens: int  #: a row
    n_memory: int = 0  #: encoder tokens a row; 0: no cross-attention
    is_sparse: bool = False


@dataclass(frozen=True, slots=True)
class SavedActivations:
    """The bytes that the two halves of one layer keep: the backward pass frees the second half first."""

    attention: float
    feed_forward: float

    @property
    def total(self) -> float:
        """Return the bytes of both."""
        return self.attention + self.feed_forward


def saved_by(shape: ModelShape, block: Block, numerics: Numerics) -> SavedActivations:
    """Return what one layer keeps for its backward pass."""
    n = block.n_rows * block.n_tokens
    attention = n * norm_bytes(shape, numerics) + _attention(shape, block, numerics)
    feed_forward = n * _feed_forward(shape, block, numerics)
    if shape.is_parallel:  # one norm; under autocast a further cast for each linear layer that reads its output
        feed_forward += n * shape.d_model * numerics.width * numerics.is_mixed * _n_entrances(shape)
    else:
        feed_forward += n * norm_bytes(shape, numerics)
    if block.n_memory:
        attention += n * norm_bytes(shape, numerics) + _cross_attention(shape, block, numerics)
    return SavedActivations(attention, feed_forward)


def norm_bytes(shape: ModelShape, numerics: Numerics) -> int:
    """Return bytes a token: its input and statistics; the output counts with the linear layers that read it."""
    if shape.norm == "rms":
        return 4 + _FP32 * shape.d_model * (2 if numerics.trains_norms else 1)
    return 8 + _FP32 * shape.d_model


def _read(shape: ModelShape, numerics: Numerics, n_linear: int) -> int:
    """Return bytes a token of one normalised tensor that `n_linear` linear layers read."""
    return shape.d_model * (2 * n_linear if numerics.is_mixed else _FP32)


def _n_entrances(shape: ModelShape) -> int:
    """Return the linear layers that a feed-forward layer starts with."""
    return 2 if shape.is_gated_ff else 1


def _attention(shape: ModelShape, block: Block, numerics: Numerics) -> float:
    n = block.n_rows * block.n_tokens
    kept = n * _read(shape, numerics, 1 if shape.is_qkv_fused else 3)
    kept += n * 4 * numerics.width * shape.n_heads * shape.d_head  # queries, keys, values, output
    kept += n * shape.d_model * _dropout_mask(shape.dropout, numerics)
    kept += n * numerics.rank * numerics.width * (2 if shape.is_qkv_fused else 4)
    return kept + _scores(shape, block.n_rows, block.n_tokens, block.n_tokens, numerics)


def _cross_attention(shape: ModelShape, block: Block, numerics: Numerics) -> float:
    n, m = block.n_rows * block.n_tokens, block.n_rows * block.n_memory
    inner = numerics.width * shape.n_heads * shape.d_head
    kept = n * (_read(shape, numerics, 1) + 2 * inner) + m * 2 * inner
    kept += m * 2 * 2 * shape.d_model * numerics.is_mixed  # two casts of the encoder's output
    kept += n * shape.d_model * _dropout_mask(shape.dropout, numerics)
    kept += (2 * n + 2 * m) * numerics.rank * numerics.width
    return kept + _scores(shape, block.n_rows, block.n_tokens, block.n_memory, numerics)


def _scores(shape: ModelShape, n_rows: int, n_queries: int, n_keys: int, numerics: Numerics) -> float:
    """Return what an attention keeps of its weights, queries × keys numbers a head."""
    pairs = n_rows * n_queries * n_keys
    if numerics.attention == "fused":
        copied = n_rows * n_queries * numerics.width * shape.n_heads * shape.d_head if shape.is_parallel else 0  # Phi's
        return _fused_scores(shape, pairs, numerics) + 4 * n_rows * n_queries * shape.n_heads + copied
    if numerics.attention == "math" and numerics.is_mixed:  # torch widens queries and keys, too
        widened = 6 * n_rows * n_queries * shape.n_heads * shape.d_head
        return widened + pairs * shape.n_heads * (12 if shape.attention_dropout else 4)
    kept = _FP32 + 2 * numerics.is_mixed  # the softmax, and the cast that meets the values
    if shape.attention_dropout:
        weights = _FP32 if shape.has_position_bias else numerics.width
        kept += numerics.mask(weights) + (0 if numerics.is_mixed else _FP32)
    return kept * pairs * shape.n_heads


def _fused_scores(shape: ModelShape, pairs: int, numerics: Numerics) -> int:
    """Return the additive mask that a fused kernel is given: of every head where positions have a learned bias."""
    return pairs * numerics.width * (shape.n_heads if shape.has_position_bias else 1)


def _feed_forward(shape: ModelShape, block: Block, numerics: Numerics) -> float:
    """Return bytes a token."""
    width, mask = numerics.width, numerics.mask(numerics.width)
    n_inner = _SAVED_BY_ACTIVATION.get(shape.activation, _SAVED_BY_OTHERS) + 2 * shape.is_gated_ff
    inner = width * n_inner
    if shape.ff_dropout:
        inner += mask + (0 if shape.is_gated_ff or numerics.is_mixed else width)
    if shape.has_position_bias and numerics.is_mixed and not shape.is_gated_ff:
        inner += width  # T5 widens before its last matrix, and autocast narrows again
    kept = shape.d_ff * inner + shape.d_model * _dropout_mask(shape.dropout, numerics)
    if not shape.is_parallel:
        kept += _read(shape, numerics, _n_entrances(shape))
    if block.is_sparse:  # tokens gathered for their expert, and its answer before it is weighted
        kept += shape.d_model * (_FP32 + width)
    return kept + numerics.rank * width * (_n_entrances(shape) + 1)


def _dropout_mask(probability: float, numerics: Numerics) -> int:
    """Return bytes a number of the residual stream."""
    return numerics.mask(numerics.width) if probability else 0
