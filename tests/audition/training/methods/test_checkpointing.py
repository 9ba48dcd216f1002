from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import torch

from audition.errors import UsageError
from audition.testing.checkpoints import KINDS, Kind
from audition.testing.toy import ToyAdapter
from audition.training.methods import prepare
from worlds.model_requests import CPU, recipe
from worlds.prepared_models import LORA, QLORA, loss, prepared

if TYPE_CHECKING:
    from pathlib import Path

    from audition.types.protocols import ModelAdapter

pytestmark = pytest.mark.slow  # gradients of every architecture


def gradients(adapter: ModelAdapter) -> tuple[float, dict[str, torch.Tensor]]:
    """Return a loss with dropout and its gradients."""
    adapter.module.train()
    torch.manual_seed(0)
    nll = loss(adapter)
    nll.backward()  # type: ignore[no-untyped-call]  # torch's
    return nll.item(), {
        name: each.grad.clone() for name, each in adapter.module.named_parameters() if each.grad is not None
    }


@pytest.mark.parametrize("method", [{}, LORA, QLORA], ids=["full", "lora", "qlora"])
@pytest.mark.parametrize("kind", KINDS)
def test_checkpointing_changes_neither_loss_nor_gradient(kind: Kind, method: dict[str, Any], tmp_path: Path) -> None:
    kept = gradients(prepared(kind, tmp_path / "kept", **method))
    recomputed = gradients(prepared(kind, tmp_path / "recomputed", checkpointing=True, **method))
    assert kept[0] == pytest.approx(recomputed[0], rel=1e-6)
    assert kept[1].keys() == recomputed[1].keys()
    largest = max(each.abs().max().item() for each in kept[1].values())
    for name, gradient in kept[1].items():
        torch.testing.assert_close(gradient, recomputed[1][name], atol=1e-6 * largest, rtol=1e-4)


@pytest.mark.parametrize("method", [{}, LORA, QLORA], ids=["full", "lora", "qlora"])
@pytest.mark.parametrize("kind", ["gpt2", "t5"])
def test_blocks_are_computed_again_in_training_alone(kind: Kind, method: dict[str, Any], tmp_path: Path) -> None:
    adapter = prepared(kind, tmp_path, checkpointing=True, **method)
    calls: list[int] = []
    activation = next(part for name, part in adapter.module.named_modules() if name.endswith(".act"))
    activation.register_forward_hook(lambda *_: calls.append(1))
    adapter.module.eval()
    loss(adapter)
    in_evaluation = len(calls)
    gradients(adapter)
    assert len(calls) == 3 * in_evaluation


def test_model_without_blocks_cannot_be_checkpointed() -> None:
    with pytest.raises(UsageError, match="^LanguageModel has no blocks that can be checkpointed$"):
        prepare(ToyAdapter(), recipe(checkpointing=True), precision="fp32", device=CPU, seed=0)
