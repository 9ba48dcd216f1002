"""What a model's weights are: which are multiplied by a token, which are quantised, which get low-rank companions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from audition.types import ModelShape


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerWeights:
    """Numbers of weights in the linear layers of one block."""

    linear: int
    low_rank: int  #: LoRA's, per unit of rank
    feed_forward: int  #: of the linear ones, those of the second half


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """Numbers of weights, not bytes."""

    total: int
    linear: int  #: in the linear layers of all blocks: what LoRA accompanies and QLoRA quantises
    embedding: int  #: the input embeddings
    head: int  #: the output matrix; 0 where it is the embeddings
    largest_linear: int  #: the largest single matrix of a block
    low_rank: int  #: LoRA's, per unit of rank


def count_weights(shape: ModelShape, n_params: int | None) -> Weights:
    """Return the weights of a model of `shape`; what the shape does not explain is neither linear nor embedding."""
    attention = _matrices_of_attention(shape)
    dense = _matrices_of_feed_forward(shape)
    n_encoder, n_decoder = shape.n_layers, shape.n_decoder_layers or 0
    n_layers = n_encoder + n_decoder
    n_attentions = n_layers + n_decoder  # a decoder layer of an encoder-decoder has two
    n_dense, n_expert = n_layers - shape.n_sparse_layers, shape.n_sparse_layers * shape.n_experts
    linear = n_attentions * _size(attention) + (n_dense + n_expert) * _size(dense)
    embedding = shape.n_vocab * (shape.d_embedding or shape.d_model)
    head = 0 if shape.is_tied else embedding
    return Weights(
        total=max(n_params or 0, linear + embedding + head),
        linear=linear,
        embedding=embedding,
        head=head,
        largest_linear=max(rows * columns for rows, columns in (*attention, *dense)),
        low_rank=n_attentions * _sides(attention) + (n_dense + n_expert) * _sides(dense),
    )


def count_layer_weights(shape: ModelShape, *, is_decoder: bool, is_sparse: bool) -> LayerWeights:
    """Return the weights of one block; `is_decoder`: it looks at an encoder, too."""
    n_attentions, n_experts = 1 + is_decoder, shape.n_experts if is_sparse else 1
    attention, dense = _matrices_of_attention(shape), _matrices_of_feed_forward(shape)
    return LayerWeights(
        linear=n_attentions * _size(attention) + n_experts * _size(dense),
        feed_forward=n_experts * _size(dense),
        low_rank=n_attentions * _sides(attention) + n_experts * _sides(dense),
    )


def _matrices_of_attention(shape: ModelShape) -> tuple[tuple[int, int], ...]:
    """Return (inputs, outputs) of each matrix of one attention layer."""
    d, a, kv = shape.d_model, shape.n_heads * shape.d_head, (shape.n_kv_heads or shape.n_heads) * shape.d_head
    if shape.is_qkv_fused:
        return (d, a + 2 * kv), (a, d)
    return (d, a), (d, kv), (d, kv), (a, d)


def _matrices_of_feed_forward(shape: ModelShape) -> tuple[tuple[int, int], ...]:
    inwards = (shape.d_model, shape.d_ff)
    return (inwards, inwards, inwards[::-1]) if shape.is_gated_ff else (inwards, inwards[::-1])


def _size(matrices: tuple[tuple[int, int], ...]) -> int:
    return sum(rows * columns for rows, columns in matrices)


def _sides(matrices: tuple[tuple[int, int], ...]) -> int:
    return sum(rows + columns for rows, columns in matrices)
