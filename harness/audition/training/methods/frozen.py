"""How weights that are not trained are kept: quantised, or in bf16."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audition.training.methods.layers import input_embeddings, is_transposed, replace_layer, weight_by_output

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor
    from torch.nn import Module

    from audition.types import Quantisation


def quantise(module: Module, layers: Mapping[str, Module], quantisation: Quantisation, precision: str) -> None:
    """Replace `layers` of `module` by quantised ones, one after another: only one is ever there in both forms.

    With nf4, a layer with an odd number of inputs stays: bitsandbytes has no kernel for it on a CPU.
    """
    import torch

    from audition.training.methods.quantised import Int8Linear, Nf4Linear

    dtype = torch.bfloat16 if precision == "bf16" else torch.float32
    kind = Nf4Linear if quantisation == "nf4" else Int8Linear
    for name, layer in layers.items():
        weight = weight_by_output(layer)
        if quantisation == "nf4" and weight.shape[1] % 2:
            continue
        bias: Any = layer.bias
        quantised = kind(weight, bias, dtype).train(layer.training)
        quantised.is_conv1d = is_transposed(layer)
        replace_layer(module, name, quantised)


def narrow(module: Module) -> None:
    """Keep the frozen matrices of linear layers, head and token embeddings in bf16; the rest stays float32.

    Embeddings give float32 as before, so that what flows from block to block does: only the weights are rounded.
    """
    import torch
    from torch import nn
    from transformers.pytorch_utils import Conv1D

    n_tokens = getattr(input_embeddings(module), "num_embeddings", None)
    for part in module.modules():
        is_embedding = isinstance(part, nn.Embedding) and part.num_embeddings == n_tokens
        if is_embedding:
            part.register_forward_hook(_as_float32)
        weight: Any = getattr(part, "weight", None)
        is_matrix = is_embedding or isinstance(part, nn.Linear | Conv1D)
        if is_matrix and not weight.requires_grad and weight.dtype == torch.float32:
            weight.data = weight.data.to(torch.bfloat16)


def _as_float32(_module: Module, _inputs: Any, output: Tensor) -> Tensor:  # noqa: ANN401 - torch's signature
    return output.float()
