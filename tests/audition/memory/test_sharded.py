from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from audition.memory import estimate_memory
from worlds.recorded_models import MODELS, PAPER

if TYPE_CHECKING:
    from audition.types import Method


@pytest.mark.parametrize("method", ["full", "lora", "qlora"])
@pytest.mark.parametrize("model", ["gpt2-xl", "facebook/opt-6.7b", "google/mt5-large", "microsoft/phi-2"])
def test_each_of_more_devices_holds_less(model: str, method: Method) -> None:
    recipe = replace(PAPER, method=method, checkpointing=True, batch_sizes=(8,))
    needs = [estimate_memory(MODELS[model], replace(recipe, n_shards=n), precision="bf16") for n in (2, 4, 8)]
    totals = [need.total for need in needs if need is not None]
    assert totals == sorted(totals, reverse=True)
    assert len(set(totals)) == 3
