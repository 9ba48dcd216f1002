from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import torch

from audition.testing.toy import ToyAdapter
from audition.training.methods import prepare
from audition.training.methods.low_rank import low_rank_layers
from audition.training.methods.quantised import Nf4Linear, QuantisedLinear
from worlds.frozen_models import INT8, LORA, NF4
from worlds.model_requests import CPU, recipe

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch.nn import Module

    from audition.testing.checkpoints import Kind


def n_bytes(module: Module) -> int:
    return sum(each.numel() * each.element_size() for each in module.parameters())


@pytest.mark.parametrize(("method", "n_bits"), [(NF4, 4.15), (INT8, 8.4)], ids=["nf4", "int8"])
@pytest.mark.parametrize("kind", ["gpt2", "switch_transformers"])
def test_quantised_weights_take_their_bits_and_little_more(
    kind: Kind, method: dict[str, Any], n_bits: float, prepared: Callable[..., Any]
) -> None:
    layers = [part for part in prepared(kind, **method).modules() if isinstance(part, QuantisedLinear)]
    codes = sum(part.scale_code.numel() * 4 for part in layers if isinstance(part, Nf4Linear))  # a kilobyte a layer
    biases = sum(part.bias.numel() * 4 for part in layers if part.bias is not None)
    packed = sum(map(n_bytes, layers)) - codes - biases
    n_weights = sum(part.n_weights for part in layers)
    assert n_bits - 0.15 <= 8 * packed / n_weights <= n_bits + 0.15


def test_frozen_matrices_are_kept_in_bf16_and_the_rest_in_float32(prepared: Callable[..., Any]) -> None:
    module = prepared("t5", precision="bf16", **LORA)
    frozen = {name: each.dtype for name, each in module.named_parameters() if not each.requires_grad}
    narrow = {name for name, dtype in frozen.items() if dtype == torch.bfloat16}
    assert narrow == {name for name in frozen if "base_layer" in name or name in ("shared.weight", "lm_head.weight")}
    assert module.lm_head.weight is module.shared.weight
    assert module.shared(torch.tensor([[1, 2]])).dtype == torch.float32


def test_frozen_matrices_stay_float32_in_fp32(prepared: Callable[..., Any]) -> None:
    assert {each.dtype for each in prepared("bart", **LORA).parameters()} == {torch.float32}


def test_layer_with_an_odd_number_of_inputs_is_not_quantised_in_nf4() -> None:
    adapter = ToyAdapter()
    adapter.module = torch.nn.Sequential(torch.nn.Linear(6, 3), torch.nn.Linear(3, 4))
    prepare(adapter, recipe(**NF4), precision="fp32", device=CPU, seed=0)
    bases = [layer.base_layer for _, layer in low_rank_layers(adapter.module)]
    assert [isinstance(base, QuantisedLinear) for base in bases] == [True, False]
