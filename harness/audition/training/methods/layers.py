"""Which layers of a model LoRA accompanies and QLoRA quantises."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audition.errors import UsageError

if TYPE_CHECKING:
    from torch import Tensor
    from torch.nn import Module


def linear_layers(module: Module) -> dict[str, Module]:
    """Return every linear layer by name: `nn.Linear` and GPT-2's `Conv1D`, but for the head and routers.

    The head is what turns hidden states into logits, whether tied to the embeddings or not. A router, which chooses the
    experts of a sparse layer, has one output an expert: it is small, and rounding it would send tokens elsewhere.
    Classes derived from `nn.Linear` are left alone, since what they do with their weights is unknown.

    Raises:
        UsageError: there are none.
    """
    from torch import nn
    from transformers.pytorch_utils import Conv1D

    tied = {id(part.weight) for part in module.modules() if isinstance(part, nn.Embedding)}
    head, n_experts = output_embeddings(module), _n_experts(module)
    found = {
        name: part
        for name, part in module.named_modules()
        if type(part) in (nn.Linear, Conv1D)
        and part is not head
        and id(part.weight) not in tied
        and n_outputs(part) != n_experts
    }
    if not found:
        raise UsageError(f"{type(module).__name__} has no linear layers that LoRA could be added to")
    return found


def is_transposed(layer: Module) -> bool:
    """Return whether the weight of a linear layer has one row an input, as GPT-2's `Conv1D` has."""
    return hasattr(layer, "nf")


def n_outputs(layer: Any) -> int:  # noqa: ANN401 - Linear and Conv1D share no type
    """Return how many numbers a linear layer makes of one token."""
    return int(layer.nf if is_transposed(layer) else layer.out_features)


def weight_by_output(layer: Any) -> Tensor:  # noqa: ANN401 - Linear and Conv1D share no type
    """Return the weights of a linear layer with one row an output."""
    weight: Tensor = layer.weight.detach()
    return weight.T if is_transposed(layer) else weight


def replace_layer(module: Module, name: str, layer: Module) -> None:
    """Put `layer` in the place of the submodule called `name`."""
    parent, _, leaf = name.rpartition(".")
    setattr(module.get_submodule(parent), leaf, layer)


def input_embeddings(module: Any) -> Any | None:  # noqa: ANN401 - a torch module
    """Return the layer that embeds tokens, or None where the model does not tell."""
    get = getattr(module, "get_input_embeddings", None)
    return None if get is None else get()


def output_embeddings(module: Any) -> Any | None:  # noqa: ANN401 - a torch module
    """Return the head, which turns hidden states into logits, or None where the model does not tell."""
    get = getattr(module, "get_output_embeddings", None)
    return None if get is None else get()


def _n_experts(module: Module) -> int | None:
    config = getattr(module, "config", None)
    return getattr(config, "num_experts", None) or getattr(config, "num_local_experts", None)
