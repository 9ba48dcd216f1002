"""What one device of a team holds: its share of everything, and what FSDP has gathered at the moment.

Activations are those of the device's own rows. Of parameters and gradients, torch's `fully_shard` holds besides the
shares: the group that computes, as a whole, with its gradients; the next group, already gathered in one buffer; and the
last group's gradients, in the buffer they are summed in. Embeddings, head and whatever is in no block are a group that
stays for the whole backward pass; where head and embeddings are not tied, each is a group of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from audition.memory.activations import saved_by
from audition.memory.moments import SCORING, blocks_of, evaluation_moment, training_moments
from audition.memory.weights import count_layer_weights

if TYPE_CHECKING:
    from audition.memory.activations import Block
    from audition.memory.moments import Moment
    from audition.memory.step import Step

_FP32 = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Parameters that are gathered together."""

    whole: float = 0.0  #: bytes of all of them
    gradients: float = 0.0  #: bytes of the gradients they get
    second_half: float = 0.0  #: of these, those of a block's feed-forward layer, which come first


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceShare:
    """What a moment holds besides the shares of weights and states, and activations, in bytes."""

    gathered: float = 0.0  #: parameters, whole, and the buffers they come in
    gradients: float = 0.0  #: whole, and the buffers they are summed in
    made: float = 0.0  #: gradients that are complete, whole; each device keeps its share of them


def sharded_moments(step: Step) -> dict[str, Moment]:
    """Return what one device's memory holds at each moment that can be the peak, scoring included.

    `step.batch` is the device's own; gradients are shared out after each micro-batch, and add up in the shares.
    """
    alone = replace(step, recipe=replace(step.recipe, batch_sizes=(step.batch.n_rows,)))
    moments = {**training_moments(alone), SCORING: evaluation_moment(step)}
    before = moments["head"] | {"logits": 0.0, "temporary": 0.0}
    alone_with_weights = before | {"weights": step.stored, "activations": 0.0}
    logits = moments["head"]["logits"]
    with_gradient = logits * (3 if step.numerics.is_mixed else 1)  # in float32, and cast to bf16
    last = 0.0 if step.recipe.checkpointing else saved_by(step.shape, blocks_of(step)[-1], step.numerics).total
    moments |= {
        "gathering embeddings": alone_with_weights,
        "gathering the first block": alone_with_weights,
        "sharing out embeddings": alone_with_weights,
        "gathering the last block": before | {"activations": before["activations"] - last},
        "gathering the head": before,
        "logits": moments["head"] | {"logits": logits * (1 + step.shape.is_parallel), "temporary": 0.0},  # Phi's: bias
        "gathering the head again": moments["head"] | {"temporary": 0.0},
        "gathering the rest": moments["head"] | {"logits": with_gradient, "temporary": 0.0},
    }
    held = _held(step)
    return {name: _on_one(step, name, moment, held[name]) for name, moment in moments.items()}


def _on_one(step: Step, name: str, moment: Moment, held: DeviceShare) -> Moment:
    """Return a moment of a whole model as one device of the team has it."""
    n = step.recipe.n_shards
    casts = moment["weights"] - step.stored
    if name == SCORING or step.recipe.checkpointing:
        casts = min(casts, step.head_cast)  # nothing keeps autocast's copies but the backward pass that needs them
    is_split = step.batch.n_rows * n < max(step.recipe.batch_sizes)
    adds_up = name == "embeddings" and (step.shape.is_tied or step.is_seq2seq)
    parts = n if name == "update" else 1
    return {
        **moment,
        "weights": step.stored / n + held.gathered + casts,
        "gradients": (_FP32 * step.n_trained if is_split else held.made) / n + held.gradients,
        "optimiser": moment["optimiser"] / n,
        "temporary": 2 * _embedding_gradients(step) if adds_up else moment["temporary"] / parts,
    }


def _held(step: Step) -> dict[str, DeviceShare]:
    layers = [_layer(step, block) for block in blocks_of(step)]
    groups = _outside_layers(step)
    embedding, head, rest = groups["embedding"], groups["head"], groups["rest"]
    last, first = layers[-1], layers[0]
    before_last, second = layers[max(0, len(layers) - 2)], layers[min(1, len(layers) - 1)]
    whole = _embedding_gradients(step)
    tied = whole if step.shape.is_tied else 0.0  # the head's gradients wait for those of the embeddings
    looked_up = whole if step.is_seq2seq else tied  # those of a decoder's embeddings for the encoder's
    in_layers = sum(layer.gradients for layer in layers)
    return {
        "gathering embeddings": DeviceShare(gathered=rest.whole + max(2 * embedding.whole, rest.whole)),
        "gathering the first block": DeviceShare(
            gathered=rest.whole + max(rest.whole, embedding.whole) + 2 * first.whole
        ),
        "gathering the last block": DeviceShare(gathered=rest.whole + 2 * last.whole + before_last.whole),
        "gathering the head": DeviceShare(gathered=rest.whole + (2 * head.whole + last.whole) * bool(head.whole)),
        "logits": DeviceShare(gathered=rest.whole + (2 * head.whole or last.whole)),
        "loss": DeviceShare(),
        "gradient of the loss": DeviceShare(),
        "gathering the rest": DeviceShare(gathered=2 * rest.whole),
        "gathering the head again": DeviceShare(gathered=rest.whole + 2 * head.whole),
        "head": DeviceShare(gathered=rest.whole + head.whole + last.whole),
        "gradient of the head": DeviceShare(
            gathered=rest.whole + head.whole + last.whole, gradients=head.gradients + tied
        ),
        **_halves("last", last, below=before_last, above=head, rest=rest, waiting=tied, made=head.gradients),
        **_halves(
            "first",
            first,
            below=embedding,
            above=second,
            rest=rest,
            waiting=looked_up,
            made=head.gradients + in_layers - first.gradients,
        ),
        "embeddings": DeviceShare(
            gathered=rest.whole + embedding.whole,
            gradients=first.gradients + (looked_up or embedding.gradients),
            made=head.gradients + in_layers,
        ),
        "sharing out embeddings": DeviceShare(
            gathered=rest.whole * bool(embedding.whole),
            gradients=2 * (embedding.gradients or whole),
            made=_FP32 * step.n_trained,
        ),
        "update": DeviceShare(made=_FP32 * step.n_trained),
        SCORING: DeviceShare(gathered=rest.whole + head.whole + 2 * max(layer.whole for layer in layers)),
        **(_between_stacks(step, layers, head=head, rest=rest, tied=tied) if step.is_seq2seq else {}),
    }


def _between_stacks(
    step: Step, layers: list[Group], *, head: Group, rest: Group, tied: float
) -> dict[str, DeviceShare]:
    """Return where the backward pass goes over from a decoder to its encoder."""
    n_encoder = step.shape.n_layers
    encoder, below = layers[n_encoder - 1], layers[max(0, n_encoder - 2)]
    decoder, above = layers[n_encoder], layers[min(n_encoder + 1, len(layers) - 1)]
    made = head.gradients + sum(layer.gradients for layer in layers[n_encoder:])
    return {
        **_halves(
            "decoder's first",
            decoder,
            below=encoder,
            above=above,
            rest=rest,
            waiting=tied,
            made=made - decoder.gradients,
        ),
        "decoder's embeddings": DeviceShare(
            gathered=rest.whole + encoder.whole, gradients=decoder.gradients + tied, made=made
        ),
        **_halves(
            "encoder's last",
            encoder,
            below=below,
            above=decoder,
            rest=rest,
            waiting=_embedding_gradients(step),
            made=made,
        ),
    }


def _halves(
    name: str, layer: Group, *, below: Group, above: Group, rest: Group, waiting: float, made: float
) -> dict[str, DeviceShare]:
    """Return the backward pass of one block: the one below is gathered already, the one above is being summed.

    `waiting` are gradients of embeddings, in bytes, which have more to come.
    """
    second = DeviceShare(
        gathered=rest.whole + layer.whole + below.whole,
        gradients=layer.second_half + above.gradients + waiting,
        made=made,
    )
    first = replace(second, gradients=layer.gradients + above.gradients + waiting)
    return {f"{name} feed-forward": second, f"{name} attention": first}


def _layer(step: Step, block: Block) -> Group:
    """Return the group of one block."""
    weights = count_layer_weights(step.shape, is_decoder=block.n_memory > 0, is_sparse=block.is_sparse)
    group = _group(step, linear=weights.linear, low_rank=weights.low_rank)
    return replace(group, second_half=group.gradients * weights.feed_forward / weights.linear)


def _outside_layers(step: Step) -> dict[str, Group]:
    """Return the groups of what is in no block: embeddings and head where nothing shares them, and the rest."""
    shape, weights = step.shape, step.weights
    positions = (shape.n_positions or 0) * shape.d_model * (2 if step.is_seq2seq else 1)
    is_alone = not shape.is_tied and not step.is_seq2seq  # an encoder and a decoder share their embeddings
    return {
        "embedding": _group(step, other=weights.embedding if is_alone else 0),
        "head": _group(step, other=weights.head),
        "rest": _group(step, other=positions + (0 if is_alone else weights.embedding)),
    }


def _group(step: Step, *, linear: int = 0, other: int = 0, low_rank: int = 0) -> Group:
    trained = linear + other if step.recipe.method == "full" else step.recipe.lora_rank * low_rank
    return Group(whole=step.bytes_of(linear=linear, other=other, low_rank=low_rank), gradients=_FP32 * trained)


def _embedding_gradients(step: Step) -> float:
    return float(_FP32 * step.weights.embedding) if step.recipe.method == "full" else 0.0
