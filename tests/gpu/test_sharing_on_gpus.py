from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import torch

from worlds.gpu_requests import ON_GPU
from worlds.sharded_world import World, in_team

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [
    *ON_GPU,
    pytest.mark.skipif(torch.cuda.device_count() < 2, reason="torch sees fewer than two CUDA devices here"),
]


@pytest.mark.parametrize("fields", [{}, {"method": "lora"}, {"precision": "bf16", "checkpointing": True}], ids=str)
def test_two_gpus_learn_what_one_does(fields: dict[str, Any], tmp_path: Path) -> None:
    world = World(tmp_path)
    try:
        asked = replace(world.ask("gpt2", **fields), device="cuda:0")
        alone = world.executor.run(asked, lambda _: None)
        both = world.executor.run(replace(in_team(asked), device="cuda:0,cuda:1"), lambda _: None)
    finally:
        world.executor.close()
    assert (alone.status, both.status) == ("ok", "ok"), both.message
    assert both.loss_per_token == pytest.approx(alone.loss_per_token, rel=1e-2)
    assert both.memory_bytes is not None
