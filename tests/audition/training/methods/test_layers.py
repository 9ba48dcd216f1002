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
from audition.training.methods import prepare
from audition.training.methods.layers import linear_layers
from worlds.frozen_models import INT8, LORA, NF4, trained
from worlds.model_requests import CPU, load_adapter, recipe

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.mark.parametrize("kind", KINDS)
def test_every_linear_layer_but_head_and_router_is_taken(kind: Kind, tmp_path: Path) -> None:
    module = load_adapter(kind, tmp_path).module
    linear = {name for name, part in module.named_modules() if isinstance(part, torch.nn.Linear | Conv1D)}
    left_out = linear - set(linear_layers(module))
    routers = {name for name in linear if name.endswith("router.classifier")}
    assert left_out == {"lm_head"} | routers
    assert len(routers) == (2 if kind == "switch_transformers" else 0)


def test_method_full_changes_nothing(prepared: Callable[..., Any], tmp_path: Path) -> None:
    before, after = load_adapter("gpt2", tmp_path / "a").module, prepared("gpt2", precision="bf16")
    assert list(before.state_dict()) == list(after.state_dict())
    assert len(trained(after)) == len(list(after.parameters()))
    assert {each.dtype for each in after.parameters()} == {torch.float32}


def test_model_keeps_its_class_and_forward(prepared: Callable[..., Any]) -> None:
    module = prepared("gpt2", **NF4)
    assert type(module).__name__ == "GPT2LMHeadModel"
    assert not hasattr(module, "base_model_prefix") or module.base_model_prefix == "transformer"


@pytest.mark.parametrize("kind", ["gpt2", "switch_transformers"])
@pytest.mark.parametrize("method", [LORA, NF4, INT8], ids=["lora", "nf4", "int8"])
def test_active_parameters_are_those_of_the_plain_model(
    kind: Kind, method: dict[str, Any], prepared: Callable[..., Any], tmp_path: Path
) -> None:
    plain = count_active_params(load_adapter(kind, tmp_path / "plain").module)
    assert count_active_params(prepared(kind, precision="bf16", **method)) == plain


def test_model_without_linear_layers_is_refused() -> None:
    with pytest.raises(UsageError, match="^LanguageModel has no linear layers that LoRA could be added to$"):
        prepare(ToyAdapter(), recipe(**LORA), precision="fp32", device=CPU, seed=0)
