"""The moments of a training step at which memory can be fullest, and what it holds then."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from audition.memory.activations import Block, norm_bytes, saved_by
from audition.memory.step import _FP32, Step

if TYPE_CHECKING:
    from collections.abc import Callable

    from audition.memory.activations import SavedActivations


Moment = dict[str, float]  #: bytes by component of a MemoryEstimate, context excepted
SCORING = "scoring"  #: the moment between two epochs


def training_moments(step: Step) -> dict[str, Moment]:
    """Return what memory holds at each moment that can be the peak of a step after the first."""
    blocks = blocks_of(step)
    layers = [saved_by(step.shape, block, step.numerics) for block in blocks]
    top, bottom, n_logits = _top(step), _bottom(step), _n_logits(step)
    kept = _saved(step, layers) + bottom
    head, width = _head_gradient(step), step.numerics.width
    gradients = _FP32 * step.n_trained
    accumulated = gradients if step.is_split else 0.0
    casts = step.head_cast if step.recipe.checkpointing else step.casts

    def moment(casts: float, gradients: float, activations: float, logits: float, temporary: float) -> Moment:
        return {
            "weights": step.stored + casts,
            "gradients": max(gradients, accumulated),
            "optimiser": step.states,
            "activations": activations,
            "logits": logits,
            "temporary": temporary,
        }

    below = casts - step.head_cast  # once the head's backward pass is over
    moments = {
        "loss": moment(step.casts, 0.0, kept + top, n_logits * (10 if step.numerics.is_mixed else 8), 0.0),
        "gradient of the loss": moment(casts, 0.0, kept + top, n_logits * 12, 0.0),
        "head": moment(casts, 0.0, kept + top, n_logits * width, head / _FP32 * width),
        "gradient of the head": moment(below, head, kept + top, 0.0, head if accumulated else head / 2 * (width == 2)),
        **_layer_moments("last", step, blocks[-1], moment, casts=below, gradients=head, kept=kept),
        **_layer_moments("first", step, blocks[0], moment, casts=0.0, gradients=gradients, kept=bottom),
        "embeddings": moment(0.0, gradients, 0.0, 0.0, _embedding_gradients(step)),
        "update": moment(0.0, gradients, 0.0, 0.0, _update(step)),
    }
    if step.is_seq2seq:
        n_encoder = step.shape.n_layers
        encoder = _saved(step, layers[:n_encoder], is_encoder=True) + bottom
        so_far, rest = max(head, gradients * (1 - n_encoder / len(layers))), below * n_encoder / len(layers)
        moments |= _layer_moments(
            "decoder's first", step, blocks[n_encoder], moment, casts=rest, gradients=so_far, kept=encoder
        )
        moments["decoder's embeddings"] = moment(rest, so_far, encoder, 0.0, 2 * head)
        moments |= _layer_moments(
            "encoder's last", step, blocks[n_encoder - 1], moment, casts=rest, gradients=so_far, kept=encoder
        )
    return moments


def _layer_moments(
    name: str,
    step: Step,
    block: Block,
    moment: Callable[[float, float, float, float, float], Moment],
    *,
    casts: float,
    gradients: float,
    kept: float,
) -> dict[str, Moment]:
    """Return the backward pass of one layer: its second half with everything kept, then the first with half of it."""
    layer = saved_by(step.shape, block, step.numerics)
    recomputed = layer.total if step.recipe.checkpointing or name.endswith("first") else 0.0
    feed_forward, scores = _temporary(step, block)
    return {
        f"{name} feed-forward": moment(casts, gradients, kept + recomputed, 0.0, feed_forward),
        f"{name} attention": moment(casts, gradients, kept + recomputed - layer.feed_forward, 0.0, scores),
    }


def evaluation_moment(step: Step) -> Moment:
    """Return what memory holds while a split is scored between two epochs: full forward passes, nothing kept."""
    batch, shape = step.batch, step.shape
    longest = batch.n_input_tokens + batch.n_target_tokens
    n_rows = max(1, step.recipe.micro_batch_tokens // longest)
    n_tokens = n_rows * longest
    n_scored = n_rows * batch.n_target_tokens
    inner = n_tokens * (2 * shape.d_ff + 8 * shape.d_model) * step.numerics.width
    if step.numerics.attention == "eager":
        inner += n_rows * shape.n_heads * longest * longest * 2 * _FP32
    return {
        "weights": step.stored + step.casts,
        "gradients": 0.0,
        "optimiser": step.states,
        "activations": inner,
        "logits": n_scored * shape.n_vocab * (10 if step.numerics.is_mixed else 8),
        "temporary": 0.0,
    }


def blocks_of(step: Step) -> list[Block]:
    """Return the layers in the order of the forward pass; those with experts are spread evenly."""
    batch, shape = step.batch, step.shape
    n_decoder = shape.n_decoder_layers or 0
    n_sparse = shape.n_sparse_layers // 2 if n_decoder else 0
    first = Block(n_rows=batch.n_rows, n_tokens=_n_first(step))
    second = Block(n_rows=batch.n_rows, n_tokens=batch.n_target_tokens, n_memory=batch.n_input_tokens)
    return [*_spread(first, shape.n_layers, shape.n_sparse_layers - n_sparse), *_spread(second, n_decoder, n_sparse)]


def _spread(block: Block, n_layers: int, n_sparse: int) -> list[Block]:
    ends = [(place + 1) * n_sparse // n_layers for place in range(n_layers)]
    return [replace(block, is_sparse=after > before) for before, after in pairwise([0, *ends])]


def _n_first(step: Step) -> int:
    """Return the tokens a row of the encoder, or of the only stack: the last target token is predicted, never read."""
    batch = step.batch
    return batch.n_input_tokens if step.is_seq2seq else batch.n_input_tokens + batch.n_target_tokens - 1


def _saved(step: Step, layers: list[SavedActivations], *, is_encoder: bool = False) -> float:
    """Return what `layers` keep between forward and backward: of a checkpointed one its input alone."""
    if not step.recipe.checkpointing:
        return sum(layer.total for layer in layers)
    n_rows, d_model = step.batch.n_rows, step.shape.d_model
    boundary = _FP32 * d_model * n_rows
    n_decoder = 0 if is_encoder else step.shape.n_decoder_layers or 0
    return boundary * (step.shape.n_layers * _n_first(step) + n_decoder * step.batch.n_target_tokens)


def _top(step: Step) -> float:
    """Return what the last norm and the head keep."""
    shape, numerics = step.shape, step.numerics
    n = step.batch.n_rows * (step.batch.n_target_tokens if step.is_seq2seq else _n_first(step))
    return n * (norm_bytes(shape, numerics) + shape.d_model * numerics.width)


def _bottom(step: Step) -> float:
    """Return what embeddings and masks keep, and the end of the encoder."""
    shape, batch, numerics = step.shape, step.batch, step.numerics
    stacks = [_n_first(step), batch.n_target_tokens] if step.is_seq2seq else [_n_first(step)]
    kept = 0.0
    for n_tokens in stacks:
        n = batch.n_rows * n_tokens
        kept += n * (8 + shape.d_model * numerics.mask(_FP32) * bool(shape.dropout)) + _mask(step, n_tokens)
    if step.is_seq2seq:
        n = batch.n_rows * batch.n_input_tokens
        kept += n * (norm_bytes(shape, numerics) + _FP32 * shape.d_model)
    return kept


def _mask(step: Step, n_tokens: int) -> float:
    """Return the attention mask of a stack, of every head where positions have a learned bias."""
    pairs = step.batch.n_rows * n_tokens * n_tokens
    if step.shape.has_position_bias:
        return _FP32 * pairs * step.shape.n_heads
    return pairs * (_FP32 if step.numerics.attention == "eager" else 1)


def _n_logits(step: Step) -> float:
    return float(step.batch.n_rows * step.batch.n_target_tokens * step.shape.n_vocab)


def _head_gradient(step: Step) -> float:
    if step.recipe.method != "full":
        return 0.0
    return _FP32 * (step.weights.head or step.weights.embedding)


def _temporary(step: Step, block: Block) -> tuple[float, float]:
    """Return what the backward passes of a feed-forward layer and of an attention hold besides what was kept."""
    shape, width = step.shape, step.numerics.width
    n = block.n_rows * block.n_tokens
    is_written = step.numerics.attention != "fused"
    pairs = n * max(block.n_tokens, block.n_memory) * shape.n_heads * is_written
    inner = n * shape.d_ff * _inner_width(step)
    is_wide = step.numerics.attention == "math" or shape.has_position_bias  # whose scores stay float32
    unpacked = step.weights.largest_linear * width if step.recipe.method == "qlora" else 0  # one matrix at a time
    return float(inner + unpacked), float(
        unpacked + 2 * (_FP32 if is_wide else width) * pairs + n * shape.d_model * (_FP32 + width)
    )


def _inner_width(step: Step) -> int:
    """Return the bytes a number of the inner width, beside what was kept; found by tracking, not derived."""
    shape, width = step.shape, step.numerics.width
    if shape.ff_dropout and not step.numerics.is_mixed:  # what dropout made is freed before the rest is
        return 0 if shape.is_gated_ff else width
    widened = _FP32 if step.numerics.is_mixed and step.numerics.rank else 0  # LoRA reads its input as float32
    return 2 * width + widened


def _embedding_gradients(step: Step) -> float:
    """Return a gradient and a sum of two: of embeddings that the head shares with them, or encoder and decoder."""
    is_shared = step.recipe.method == "full" and (step.shape.is_tied or step.is_seq2seq)
    return 2.0 * _FP32 * step.weights.embedding if is_shared else 0.0


def _update(step: Step) -> float:
    """Return what the optimiser's step makes: nothing if it is fused, else two copies of the matrix it is at."""
    if step.is_cuda or step.recipe.optimiser == "adamw" or step.recipe.method != "full":
        return 0.0
    return 2 * _FP32 * max(step.weights.embedding, step.weights.largest_linear)
