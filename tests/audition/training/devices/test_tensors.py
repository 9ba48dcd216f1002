from __future__ import annotations

import pytest
import torch

from audition.training.devices.tensors import autocast, to_device
from worlds.gpus import CPU


@pytest.mark.parametrize(("precision", "dtype"), [("fp32", torch.float32), ("bf16", torch.bfloat16)])
def test_autocast_computes_in_the_precision(precision: str, dtype: torch.dtype) -> None:
    with autocast(CPU, precision):
        assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype == dtype


def test_a_batch_on_the_cpu_is_not_copied() -> None:
    ids = torch.arange(3)
    assert to_device({"ids": ids}, CPU)["ids"] is ids
