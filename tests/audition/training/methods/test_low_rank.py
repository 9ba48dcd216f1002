from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import torch

from audition.testing.checkpoints import KINDS, Kind
from audition.training.methods import initialise
from audition.training.methods.low_rank import low_rank_layers
from worlds.frozen_models import INT8, LORA, NF4, trained

if TYPE_CHECKING:
    from collections.abc import Callable


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
