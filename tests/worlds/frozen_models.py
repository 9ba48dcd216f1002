"""What tests of several rooms share of frozen models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch
    from torch.nn import Module


LORA: dict[str, Any] = {"method": "lora"}


NF4: dict[str, Any] = {"method": "qlora"}


INT8: dict[str, Any] = {"method": "qlora", "quantisation": "int8"}


def trained(module: Module) -> dict[str, torch.Tensor]:
    return {name: each for name, each in module.named_parameters() if each.requires_grad}
