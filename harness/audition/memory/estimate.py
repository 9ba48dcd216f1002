"""The peak of fine-tuning, by component: the largest of the moments at which memory can be fullest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audition.memory.activations import Numerics
from audition.memory.micro_batch import largest_micro_batch
from audition.memory.moments import SCORING, evaluation_moment, training_moments
from audition.memory.sharded import sharded_moments
from audition.memory.step import Step
from audition.memory.weights import count_weights
from audition.types.costs import MemoryEstimate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from audition.memory.activations import AttentionPath
    from audition.memory.micro_batch import MicroBatch
    from audition.memory.moments import Moment
    from audition.types import ModelShape, ModelSpec, Recipe


CONTEXT_BYTES = 600 * 2**20  #: CUDA context, cuBLAS workspaces and loaded kernels; a round figure, not measured
TEAM_BYTES = 512 * 2**20  #: NCCL's channels, where several GPUs share a model; a round figure, not measured
RESERVE_SHARE = 0.05  #: of the tensors: what the caching allocator holds and cannot use; a round figure, not measured


def estimate_memory(
    spec: ModelSpec,
    recipe: Recipe,
    *,
    precision: str,
    micro_batch: MicroBatch | None = None,
    is_cuda: bool = True,
) -> MemoryEstimate | None:
    """Return the estimated peak of fine-tuning `spec`, or None if its shape is unknown.

    Args:
        spec: its shape decides: of a number of parameters alone nobody can tell what activations take.
        recipe: method, optimiser, checkpointing, attention, limits.
        precision: "fp32" or "bf16"; the recipe's, resolved for the device.
        micro_batch: of a training step; None: the largest that the recipe allows.
        is_cuda: on a GPU, with its context; else the tensors of a process on a CPU.
    """
    if spec.shape is None:
        return None
    batch = micro_batch or largest_micro_batch(recipe)
    step = Step(
        shape=spec.shape,
        weights=count_weights(spec.shape, spec.n_params),
        recipe=recipe,
        batch=batch,
        numerics=_numerics(spec.shape, recipe, precision, is_cuda=is_cuda),
        is_cuda=is_cuda,
    )
    return _with_context(recipe, _fullest(_moments(step)), is_cuda=is_cuda)


def estimate_step(spec: ModelSpec, recipe: Recipe, *, precision: str, micro_batch: MicroBatch) -> MemoryEstimate:
    """Return the estimated peak of one training step's tensors on a CPU: what a tracker of tensors can check.

    Raises:
        ValueError: the shape of `spec` is unknown.
    """
    if spec.shape is None:
        raise ValueError(f"the shape of {spec.name!r} is unknown")
    step = Step(
        shape=spec.shape,
        weights=count_weights(spec.shape, spec.n_params),
        recipe=recipe,
        batch=micro_batch,
        numerics=_numerics(spec.shape, recipe, precision, is_cuda=False),
        is_cuda=False,
    )
    moments = _moments(step)
    del moments[SCORING]
    return _with_context(recipe, _fullest(moments), is_cuda=False)


def _moments(step: Step) -> dict[str, Moment]:
    """Return what one device holds at each moment that can be the peak."""
    if step.recipe.n_shards > 1:
        return sharded_moments(step)
    return {**training_moments(step), SCORING: evaluation_moment(step)}


def _fullest(moments: Mapping[str, Moment]) -> Moment:
    return max(moments.values(), key=lambda moment: sum(moment.values()))


def _numerics(shape: ModelShape, recipe: Recipe, precision: str, *, is_cuda: bool) -> Numerics:
    return Numerics(
        is_mixed=precision == "bf16",
        attention=_path(shape, recipe, is_cuda=is_cuda),
        mask_bytes=1 if is_cuda else None,
        trains_norms=recipe.method == "full",
        rank=0 if recipe.method == "full" else recipe.lora_rank,
    )


def _path(shape: ModelShape, recipe: Recipe, *, is_cuda: bool) -> AttentionPath:
    """Return how attention is computed: sdpa has no fused kernel on a CPU for dropout or for a learned bias."""
    if recipe.attention == "eager" or (shape.n_sparse_layers and shape.has_position_bias):  # Switch has nothing else
        return "eager"
    if is_cuda or not (shape.attention_dropout or shape.has_position_bias):
        return "fused"
    return "math"


def least_bytes(spec: ModelSpec, recipe: Recipe, *, is_cuda: bool = True) -> int | None:
    """Return what a model of unknown shape needs without any activation, or None if its size is unknown, too.

    Weights, gradients and AdamW's states of a full fine-tuning; with LoRA or QLoRA the frozen weights alone.
    """
    if spec.n_params is None:
        return None
    states = {"adamw-8bit": 2.0}.get(recipe.optimiser, 8.0)
    per_param = {"qlora": 0.5, "lora": 2.0}.get(recipe.method, 4.0 + 4.0 + states)
    return round(spec.n_params * per_param / recipe.n_shards) + (CONTEXT_BYTES if is_cuda else 0)


def _with_context(recipe: Recipe, moment: Moment, *, is_cuda: bool) -> MemoryEstimate:
    tensors = {name: round(size) for name, size in moment.items()}
    fixed = CONTEXT_BYTES + (TEAM_BYTES if recipe.n_shards > 1 else 0)
    context = fixed + round(RESERVE_SHARE * sum(tensors.values())) if is_cuda else 0
    return MemoryEstimate(**tensors, context=context)
