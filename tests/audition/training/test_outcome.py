from __future__ import annotations

from typing import Any

import pytest

from audition.training.outcome import method_of
from audition.types import Recipe
from worlds.scarce_memory import NoRow
from worlds.toy_requests import ask, candidate


def test_what_does_not_fit_says_how_much_it_had_and_how_long_the_example_was() -> None:
    observation = candidate(adapter=NoRow).measure(ask(20))
    assert (observation.status, observation.loss_per_token) == ("does-not-fit", None)
    assert observation.message.startswith("needs more than this machine gave the process: peak ")
    assert "iB of the process (measured) when it failed at one example of " in observation.message
    assert observation.message.endswith(" tokens, asking for 2.00 GiB more")
    assert (observation.micro_batch_tokens, observation.device_kind) == (None, "cpu")
    assert observation.memory_bytes is not None


def test_memory_device_and_method_are_told() -> None:
    observation = candidate().measure(ask(8))
    assert (observation.device_kind, observation.method) == ("cpu", "full fp32")
    assert observation.memory_bytes is not None
    assert observation.memory_reserved_bytes is None, "only CUDA's allocator has a reserve"


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({}, "full bf16"),
        ({"method": "lora", "checkpointing": True}, "lora bf16, checkpointing"),
        ({"method": "qlora", "optimiser": "adamw-8bit"}, "qlora nf4 bf16, adamw-8bit"),
        ({"attention": "eager", "quantisation": "int8"}, "full bf16, eager attention"),
    ],
)
def test_a_method_is_named_by_what_decides_its_memory(fields: dict[str, Any], text: str) -> None:
    assert method_of(Recipe(name="t", **fields), "bf16") == text
