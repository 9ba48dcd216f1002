"""Linear layers whose weights bitsandbytes has quantised. Imported only by functions that hold a loaded model.

Weights are quantised, activations are not: every pass unpacks one layer's weights for the time of its product, in the
forward and in the backward direction. bitsandbytes' own layers do the same with NF4, but (0.50) repack it on some CPUs
in evaluation, after which no gradient flows; and its int8 layers round activations as well, on a CPU in evaluation but
not in training, and keep them in a way that checkpointing cannot free.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import nn
from torch.nn.functional import linear

from audition.training.methods.bits import bitsandbytes_functions

if TYPE_CHECKING:
    from torch import Tensor

_BLOCK = 64  #: weights that share a scale (Dettmers et al. 2023)


class QuantisedLinear(nn.Linear):
    """A frozen linear layer. `weight` is empty: what asks for its type or device is answered, what reads it is wrong.

    Computes in the type of autocast where that is on, else in the type of its input, as `nn.Linear` does.
    """

    is_conv1d = False  #: whether it stands where a `Conv1D` was

    def __init__(self, weight: Tensor, bias: nn.Parameter | None, dtype: torch.dtype) -> None:
        nn.Module.__init__(self)  # not Linear's: it would allocate what is never used
        self.out_features, self.in_features = weight.shape
        # parameters that are not trained, rather than buffers: snapshots of what training changes pass them by
        self.weight = _constant(torch.empty(0, dtype=dtype))
        self.bias = bias  # type: ignore[assignment]  # torch's annotation forgets that there may be none

    @property
    def n_weights(self) -> int:
        """Return the number of weights, bias excluded; their packed bytes are another number."""
        return self.out_features * self.in_features

    def unpacked(self, dtype: torch.dtype) -> Tensor:
        """Return the weights, shape (out_features, in_features)."""
        raise NotImplementedError

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002 - torch's name
        """Return `input @ weight.T + bias`; gradients flow to the input alone."""
        kind = input.device.type
        dtype = torch.get_autocast_dtype(kind) if torch.is_autocast_enabled(kind) else input.dtype
        output: Tensor = _Product.apply(input.to(dtype), self)  # type: ignore[no-untyped-call]  # torch's
        return output


class Nf4Linear(QuantisedLinear):
    """Four bits a weight; the scales of blocks of 64 are quantised too (double quantisation)."""

    def __init__(self, weight: Tensor, bias: nn.Parameter | None, dtype: torch.dtype) -> None:
        super().__init__(weight, bias, dtype)
        packed, state = bitsandbytes_functions().quantize_4bit(
            weight.contiguous(), blocksize=_BLOCK, compress_statistics=True, quant_type="nf4"
        )
        self.packed = _constant(packed)
        self.scales = _constant(state.absmax)
        self.scale_offset = _constant(state.offset)
        self.scale_scales = _constant(state.state2.absmax)
        self.scale_code = _constant(state.state2.code)
        self._scale_block = state.state2.blocksize

    def unpacked(self, dtype: torch.dtype) -> Tensor:
        """Return the weights, shape (out_features, in_features)."""
        functions = bitsandbytes_functions()
        scales = functions.QuantState(
            absmax=self.scale_scales, code=self.scale_code, blocksize=self._scale_block, dtype=torch.float32
        )
        state = functions.QuantState(
            absmax=self.scales,
            shape=torch.Size((self.out_features, self.in_features)),
            blocksize=_BLOCK,
            quant_type="nf4",
            dtype=dtype,
            offset=self.scale_offset,
            state2=scales,
        )
        weight: Tensor = functions.dequantize_4bit(self.packed, state)
        return weight.reshape(self.out_features, self.in_features)  # a single byte comes back as a column


class Int8Linear(QuantisedLinear):
    """Eight bits a weight; one scale an output."""

    def __init__(self, weight: Tensor, bias: nn.Parameter | None, dtype: torch.dtype) -> None:
        super().__init__(weight, bias, dtype)
        packed, largest, _ = bitsandbytes_functions().int8_vectorwise_quant(weight.contiguous())
        self.packed = _constant(packed.masked_fill_((largest == 0).unsqueeze(1), 0))  # 0 times 127/0 is no number
        self.largest = _constant(largest)

    def unpacked(self, dtype: torch.dtype) -> Tensor:
        """Return the weights, shape (out_features, in_features)."""
        weight: Tensor = bitsandbytes_functions().int8_vectorwise_dequant(self.packed, self.largest)
        return weight.to(dtype)


class _Product(torch.autograd.Function):
    """A product with weights that are unpacked for the moment, and again for the backward pass: nothing is kept."""

    @staticmethod
    def forward(ctx: Any, inputs: Tensor, layer: QuantisedLinear) -> Tensor:  # noqa: ANN401 - torch's context
        ctx.layer = layer
        bias = None if layer.bias is None else layer.bias.to(inputs.dtype)
        return linear(inputs, layer.unpacked(inputs.dtype), bias)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:  # noqa: ANN401 - torch's context
        (gradient,) = gradients
        return gradient @ ctx.layer.unpacked(gradient.dtype), None


def _constant(tensor: Tensor) -> nn.Parameter:
    return nn.Parameter(tensor.detach(), requires_grad=False)
