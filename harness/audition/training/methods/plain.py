"""A prepared model as if it had always been plain: merged, dequantised, in float32."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from audition.training.methods.layers import is_transposed, replace_layer, weight_by_output
from audition.training.methods.low_rank import low_rank_change, low_rank_layers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Tensor
    from torch.nn import Module, Parameter


@contextmanager
def as_plain(module: Module) -> Iterator[None]:
    """Give `module` the layers that its architecture has, for saving it: what LoRA has learned is added to the weights.

    Every weight is float32, and the module is on the CPU, where there is room for that. A model that was fully
    fine-tuned is that already and stays where it is. Afterwards the module is as it was.
    """
    layers = dict(low_rank_layers(module))
    if not layers:
        yield
        return
    device = next(module.parameters()).device
    narrow: list[tuple[Parameter, Tensor]] = []
    module.to("cpu")
    try:
        for name, layer in layers.items():
            replace_layer(module, name, _merged(layer))
        narrow += _widened(module)
        yield
    finally:
        for parameter, data in narrow:
            parameter.data = data
        for name, layer in layers.items():
            replace_layer(module, name, layer)
        module.to(device)


def _widened(module: Module) -> list[tuple[Parameter, Tensor]]:
    """Make every parameter float32, and return those that were not, with what they held."""
    import torch

    narrow = [(each, each.data) for each in module.parameters() if each.dtype != torch.float32]
    for parameter, data in narrow:
        parameter.data = data.float()
    return narrow


def _merged(layer: Any) -> Module:  # noqa: ANN401 - peft's, without types
    """Return a plain layer that computes what `layer` does."""
    import torch
    from torch import nn
    from transformers.pytorch_utils import Conv1D

    from audition.training.methods.quantised import QuantisedLinear

    base = layer.get_base_layer()
    is_quantised = isinstance(base, QuantisedLinear)
    weight = base.unpacked(torch.float32) if is_quantised else weight_by_output(base).float()
    weight = weight + low_rank_change(layer)
    n_outputs, n_inputs = weight.shape
    with torch.device("meta"):  # its own weights would be drawn at random for nothing
        if base.is_conv1d if is_quantised else is_transposed(base):
            plain: Any = Conv1D(n_outputs, n_inputs)  # type: ignore[no-untyped-call]  # the library leaves it untyped
            weight = weight.T.contiguous()
        else:
            plain = nn.Linear(n_inputs, n_outputs, bias=base.bias is not None)
    plain.weight = nn.Parameter(weight)
    if base.bias is not None:
        plain.bias = nn.Parameter(base.bias.detach().float())
    merged: Module = plain.train(layer.training)
    return merged
