"""Attention, checkpointing, and what a recipe may not ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import torch

from audition.training.loop.optimisation import adamw
from audition.training.methods import as_plain
from audition.training.sharding.parts import TrainedParts
from worlds.model_requests import load_adapter
from worlds.prepared_models import LORA, QLORA, loss, prepared

if TYPE_CHECKING:
    from pathlib import Path

    from audition.testing.checkpoints import Kind
    from audition.types.protocols import ModelAdapter


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
@pytest.mark.parametrize("method", [LORA, QLORA], ids=["lora", "qlora"])
@pytest.mark.parametrize("kind", ["gpt2", "bart"])
def test_plain_model_computes_the_same_and_the_prepared_one_comes_back(
    kind: Kind, method: dict[str, Any], precision: str, tmp_path: Path
) -> None:
    adapter = prepared(kind, tmp_path, precision=precision, **method)
    gradients_of_a_step(adapter, precision)
    before = {name: each.clone() for name, each in adapter.module.state_dict().items()}
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16, enabled=precision == "bf16"):
        expected = loss(adapter).item()
    with as_plain(adapter.module):
        assert {each.dtype for each in adapter.module.parameters()} == {torch.float32}
        names = list(adapter.module.state_dict())
        with torch.no_grad():
            assert loss(adapter).item() == pytest.approx(expected, rel=1e-5 if precision == "fp32" else 2e-3)
    assert names == list(load_adapter(kind, tmp_path / "again").module.state_dict())
    after = adapter.module.state_dict()
    assert before.keys() == after.keys()
    assert all(torch.equal(before[name], after[name]) for name in before)


def gradients_of_a_step(adapter: ModelAdapter, precision: str) -> None:
    """Train one step, so that the low-rank matrices have learned something, and end in evaluation mode."""
    optimizer = adamw(TrainedParts(adapter.module).parameters, learning_rate=0.01, weight_decay=0.0)
    with torch.autocast("cpu", torch.bfloat16, enabled=precision == "bf16"):
        nll = loss(adapter)
    nll.backward()  # type: ignore[no-untyped-call]  # torch's
    optimizer.step()
    adapter.module.eval()


def test_model_that_was_fully_fine_tuned_is_plain_already(tmp_path: Path) -> None:
    module = prepared("gpt2", tmp_path).module
    before = dict(module.named_modules())
    with as_plain(module):
        assert dict(module.named_modules()) == before
