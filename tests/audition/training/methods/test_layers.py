"""Which layers a method touches, and how the weights that it does not train are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import torch
from transformers.pytorch_utils import Conv1D

from audition.errors import UsageError
from audition.testing.checkpoints import KINDS, Kind
from audition.testing.toy import ToyAdapter
from audition.training.loop.meter import count_active_params
from audition.training.methods import initialise, prepare
from audition.training.methods.layers import linear_layers
from audition.training.methods.low_rank import low_rank_layers
from audition.training.methods.quantised import Nf4Linear, QuantisedLinear
from worlds.model_requests import CPU, load_adapter, recipe

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from torch.nn import Module

LORA: dict[str, Any] = {"method": "lora"}
NF4: dict[str, Any] = {"method": "qlora"}
INT8: dict[str, Any] = {"method": "qlora", "quantisation": "int8"}


@pytest.fixture
def prepared(tmp_path: Path) -> Callable[..., Any]:
    """Return the module of a model of some kind, prepared for a recipe of some fields."""

    def load(kind: Kind, *, precision: str = "fp32", seed: int = 0, **fields: Any) -> Any:  # noqa: ANN401
        adapter = load_adapter(kind, tmp_path / kind)
        prepare(adapter, recipe(**fields), precision=precision, device=CPU, seed=seed)
        return adapter.module

    return load


def trained(module: Module) -> dict[str, torch.Tensor]:
    return {name: each for name, each in module.named_parameters() if each.requires_grad}


def n_bytes(module: Module) -> int:
    return sum(each.numel() * each.element_size() for each in module.parameters())


@pytest.mark.parametrize("kind", KINDS)
def test_every_linear_layer_but_head_and_router_is_taken(kind: Kind, tmp_path: Path) -> None:
    module = load_adapter(kind, tmp_path).module
    linear = {name for name, part in module.named_modules() if isinstance(part, torch.nn.Linear | Conv1D)}
    left_out = linear - set(linear_layers(module))
    routers = {name for name in linear if name.endswith("router.classifier")}
    assert left_out == {"lm_head"} | routers
    assert len(routers) == (2 if kind == "switch_transformers" else 0)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("method", [LORA, NF4, INT8], ids=["lora", "nf4", "int8"])
def test_low_rank_matrices_alone_are_trained_and_in_float32(
    kind: Kind, method: dict[str, Any], prepared: Callable[..., Any]
) -> None:
    module = prepared(kind, precision="bf16", lora_rank=4, **method)
    matrices = trained(module)
    assert len(matrices) == 2 * len(list(low_rank_layers(module)))
    assert {name.rsplit(".", 3)[1] for name in matrices} == {"lora_A", "lora_B"}
    assert {each.dtype for each in matrices.values()} == {torch.float32}
    assert {min(each.shape) for each in matrices.values()} == {4}


def test_method_full_changes_nothing(prepared: Callable[..., Any], tmp_path: Path) -> None:
    before, after = load_adapter("gpt2", tmp_path / "a").module, prepared("gpt2", precision="bf16")
    assert list(before.state_dict()) == list(after.state_dict())
    assert len(trained(after)) == len(list(after.parameters()))
    assert {each.dtype for each in after.parameters()} == {torch.float32}


def test_model_keeps_its_class_and_forward(prepared: Callable[..., Any]) -> None:
    module = prepared("gpt2", **NF4)
    assert type(module).__name__ == "GPT2LMHeadModel"
    assert not hasattr(module, "base_model_prefix") or module.base_model_prefix == "transformer"


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


@pytest.mark.parametrize("kind", ["gpt2", "switch_transformers"])
@pytest.mark.parametrize("method", [LORA, NF4, INT8], ids=["lora", "nf4", "int8"])
def test_active_parameters_are_those_of_the_plain_model(
    kind: Kind, method: dict[str, Any], prepared: Callable[..., Any], tmp_path: Path
) -> None:
    plain = count_active_params(load_adapter(kind, tmp_path / "plain").module)
    assert count_active_params(prepared(kind, precision="bf16", **method)) == plain


def test_start_depends_on_the_seed_and_on_nothing_else(prepared: Callable[..., Any]) -> None:
    torch.manual_seed(1)
    module = prepared("opt", seed=3, **LORA)
    start = {name: each.clone() for name, each in trained(module).items()}
    torch.manual_seed(2)
    again = trained(prepared("opt", seed=3, **LORA))
    assert all(torch.equal(start[name], again[name]) for name in start)
    assert initialise(module, 4)
    assert not any(torch.equal(start[name], each) for name, each in trained(module).items() if "lora_A" in name)
    assert all(each.count_nonzero() == 0 for name, each in trained(module).items() if "lora_B" in name)


def test_there_is_nothing_to_initialise_in_a_full_fine_tuning(prepared: Callable[..., Any]) -> None:
    assert not initialise(prepared("opt"), 0)


def test_layer_with_an_odd_number_of_inputs_is_not_quantised_in_nf4() -> None:
    adapter = ToyAdapter()
    adapter.module = torch.nn.Sequential(torch.nn.Linear(6, 3), torch.nn.Linear(3, 4))
    prepare(adapter, recipe(**NF4), precision="fp32", device=CPU, seed=0)
    bases = [layer.base_layer for _, layer in low_rank_layers(adapter.module)]
    assert [isinstance(base, QuantisedLinear) for base in bases] == [True, False]


def test_model_without_linear_layers_is_refused() -> None:
    with pytest.raises(UsageError, match="^LanguageModel has no linear layers that LoRA could be added to$"):
        prepare(ToyAdapter(), recipe(**LORA), precision="fp32", device=CPU, seed=0)
