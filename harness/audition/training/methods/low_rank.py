"""LoRA, with peft's layers: low-rank matrices beside frozen linear layers, and the same start for the same seed."""

from __future__ import annotations

import math
import warnings
from typing import TYPE_CHECKING, Any

from audition.training.methods.bits import import_bitsandbytes
from audition.training.methods.layers import is_transposed
from audition.training.sharding.parts import local_part, write

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from torch import Tensor
    from torch.nn import Module

    from audition.types import Recipe

_ADAPTER = "default"  #: peft's name for a layer's only pair of matrices


def add_low_rank(module: Module, layers: Mapping[str, Module], recipe: Recipe) -> None:
    """Wrap `layers` of `module` by peft's, in place, and freeze everything but the new matrices, which are float32.

    Args:
        module: keeps its class and its `forward`: peft's own wrapper of whole models would hide both.
        layers: linear ones, by name, quantised or not.
        recipe: its rank, scale and dropout.
    """
    import_bitsandbytes()
    from peft import LoraConfig, inject_adapter_in_model

    config = LoraConfig(
        r=recipe.lora_rank,
        lora_alpha=recipe.lora_alpha,  # type: ignore[arg-type]  # a scale, which need not be whole
        lora_dropout=recipe.lora_dropout,
        target_modules=list(layers),
        bias="none",
        fan_in_fan_out=any(is_transposed(module.get_submodule(name)) for name in layers),
    )
    with warnings.catch_warnings():
        # in a model with both kinds of layers, peft turns the option over from one to the other, and says so
        warnings.filterwarnings("ignore", message="fan_in_fan_out is set to")
        inject_adapter_in_model(config, module, adapter_name=_ADAPTER)
    for _, layer in low_rank_layers(module):
        layer.cast_input_dtype_enabled = False  # autocast does it, without a float32 copy on the way
        for matrix in _matrices(layer):
            matrix.data = matrix.data.float()


def initialise(module: Module, seed: int) -> bool:
    """Draw the low-rank matrices of `module` anew, and return whether it has any.

    As peft draws them (the first Kaiming-uniform, the second zero, so that nothing has changed yet), but from a
    generator of their own: what a model starts from depends on the seed and on nothing that was done before.
    """
    import torch

    generator = torch.Generator("cpu").manual_seed(seed)
    has_any = False
    with torch.no_grad():
        for _, layer in low_rank_layers(module):
            first, second = _matrices(layer)
            bound = 1 / math.sqrt(first.shape[1])
            write(first, torch.empty(first.shape).uniform_(-bound, bound, generator=generator))
            local_part(second).zero_()
            has_any = True
    return has_any


def low_rank_layers(module: Module) -> Iterator[tuple[str, Any]]:
    """Yield name and layer of every linear layer with low-rank matrices; peft need not be imported to look."""
    for name, part in module.named_modules():
        if hasattr(part, "lora_A") and hasattr(part, "base_layer"):
            yield name, part


def low_rank_change(layer: Any) -> Tensor:  # noqa: ANN401 - peft's, without types
    """Return what the matrices add to the weights of `layer`, shape (out_features, in_features), float32."""
    first, second = _matrices(layer)
    change: Tensor = (second.detach() @ first.detach()) * layer.scaling[_ADAPTER]
    return change


def _matrices(layer: Any) -> tuple[Tensor, Tensor]:  # noqa: ANN401 - peft's, without types
    """Return the two matrices, shapes (rank, in_features) and (out_features, rank)."""
    return layer.lora_A[_ADAPTER].weight, layer.lora_B[_ADAPTER].weight
