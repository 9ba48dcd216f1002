"""What tests of several rooms share of prepared models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audition.testing.toy import ToyTask
from audition.training.devices.repeatable import make_repeatable
from audition.training.methods import prepare
from worlds.model_requests import CPU, load_adapter, recipe

if TYPE_CHECKING:
    from pathlib import Path

    import torch

    from audition.testing.checkpoints import Kind
    from audition.types.protocols import ModelAdapter


LORA: dict[str, Any] = {"method": "lora"}


QLORA: dict[str, Any] = {"method": "qlora"}


def prepared(kind: Kind, folder: Path, *, precision: str = "fp32", **fields: Any) -> ModelAdapter:  # noqa: ANN401
    make_repeatable(CPU)
    adapter = load_adapter(kind, folder)
    prepare(adapter, recipe(**fields), precision=precision, device=CPU, seed=0)
    return adapter


def loss(adapter: ModelAdapter) -> torch.Tensor:
    examples = [adapter.encode(each, max_input_tokens=50, max_target_tokens=20) for each in ToyTask().train(8, 0)]
    nll: torch.Tensor = adapter.loss(adapter.collate(examples))
    return nll
