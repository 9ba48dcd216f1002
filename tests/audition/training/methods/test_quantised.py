"""Quantised layers against bitsandbytes' own, and against the plain layers that they stand for."""

from __future__ import annotations

from typing import Any

import bitsandbytes
import pytest
import torch

from audition.training.methods.quantised import Int8Linear, Nf4Linear, QuantisedLinear

layers: Any = bitsandbytes.nn  # half of it is without types
KINDS = [Nf4Linear, Int8Linear]


def plain(n_inputs: int = 64, n_outputs: int = 48) -> torch.nn.Linear:
    torch.manual_seed(0)
    return torch.nn.Linear(n_inputs, n_outputs)


def quantised(kind: type[QuantisedLinear], layer: torch.nn.Linear) -> QuantisedLinear:
    return kind(layer.weight.detach(), layer.bias, torch.float32)


def inputs(n_columns: int = 64) -> torch.Tensor:
    torch.manual_seed(1)
    return torch.randn(2, 5, n_columns, requires_grad=True)


def test_nf4_is_that_of_bitsandbytes() -> None:
    layer = plain()
    theirs: Any = layers.Linear4bit(64, 48, compute_dtype=torch.float32, quant_type="nf4")
    theirs.load_state_dict(layer.state_dict())
    theirs.to("cpu")  # quantises
    ours = quantised(Nf4Linear, layer)
    assert torch.equal(
        ours.unpacked(torch.float32),
        bitsandbytes.functional.dequantize_4bit(theirs.weight.data, theirs.weight.quant_state),
    )
    torch.testing.assert_close(ours(inputs()), theirs.train()(inputs()))


def test_int8_is_that_of_bitsandbytes() -> None:
    layer = plain()
    theirs: Any = layers.Linear8bitLt(64, 48, has_fp16_weights=False)
    theirs.load_state_dict(layer.state_dict())
    theirs.to("cpu")  # quantises, by way of float16
    ours = quantised(Int8Linear, layer)
    unpacked = bitsandbytes.functional.int8_vectorwise_dequant(theirs.weight.data, theirs.weight.SCB)
    one_step = layer.weight.abs().max().item() / 127
    torch.testing.assert_close(ours.unpacked(torch.float32), unpacked, atol=1.1 * one_step, rtol=0)
    torch.testing.assert_close(ours(inputs()), theirs.train()(inputs()), atol=1e-2, rtol=0)


@pytest.mark.parametrize("kind", KINDS)
def test_rounding_is_small(kind: type[QuantisedLinear]) -> None:
    layer = plain()
    error = quantised(kind, layer).unpacked(torch.float32) - layer.weight
    share = (error.norm() / layer.weight.norm()).item()
    assert share < (0.12 if kind is Nf4Linear else 0.01)  # a uniform distribution is not NF4's best case


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shape", [(64, 48), (30, 7), (2, 1), (128, 512)])
def test_output_and_gradient_are_those_of_the_unpacked_weights(
    kind: type[QuantisedLinear], shape: tuple[int, int]
) -> None:
    layer = quantised(kind, plain(*shape))
    unpacked = torch.nn.Linear(*shape)
    unpacked.weight.data = layer.unpacked(torch.float32)
    unpacked.bias.data = layer.bias.detach()
    ours, theirs = inputs(shape[0]), inputs(shape[0])
    layer.eval()(ours.detach())  # scoring first must not change what training does
    found, expected = layer.train()(ours), unpacked(theirs)
    assert torch.equal(found, expected)
    found.square().sum().backward()
    expected.square().sum().backward()
    assert ours.grad is not None
    assert theirs.grad is not None
    torch.testing.assert_close(ours.grad, theirs.grad)


@pytest.mark.parametrize("kind", KINDS)
def test_computes_in_the_type_of_autocast(kind: type[QuantisedLinear]) -> None:
    layer = quantised(kind, plain())
    exact = layer(inputs())
    with torch.autocast("cpu", torch.bfloat16):
        rounded = layer(inputs())
    assert (exact.dtype, rounded.dtype) == (torch.float32, torch.bfloat16)
    torch.testing.assert_close(rounded.float(), exact, atol=0.03, rtol=0.03)


@pytest.mark.parametrize("kind", KINDS)
def test_backward_pass_needs_nothing_that_the_forward_pass_kept(kind: type[QuantisedLinear]) -> None:
    kept: list[torch.Tensor] = []

    def pack(tensor: torch.Tensor) -> torch.Tensor:
        kept.append(tensor)
        return tensor

    layer, batch = quantised(kind, plain()), inputs()
    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        output = layer(batch)
    output.sum().backward()
    assert not kept
    assert batch.grad is not None


def test_output_without_any_weight_is_its_bias() -> None:
    layer = plain()
    layer.weight.data[3] = 0
    assert torch.equal(quantised(Int8Linear, layer)(inputs())[..., 3], layer.bias[3].expand(2, 5))


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_in_it_is_trained(kind: type[QuantisedLinear]) -> None:
    layer = plain()
    layer.requires_grad_(requires_grad=False)
    assert not any(each.requires_grad for each in quantised(kind, layer).parameters())
    assert not list(quantised(kind, layer).buffers())
