from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audition.measuring.repeats import combine_seeds
from worlds.observed import observation

if TYPE_CHECKING:
    from audition.types import Observation


def test_several_seeds_have_the_largest_memory_and_the_smallest_micro_batch() -> None:
    def run(**fields: Any) -> Observation:  # noqa: ANN401
        return observation(loss=1.0, loss_per_token=1.0, loss_per_byte=0.5, **fields)

    combined = combine_seeds(
        [
            run(memory_bytes=3, memory_reserved_bytes=8, micro_batch_tokens=None),
            run(memory_bytes=5, memory_reserved_bytes=7, micro_batch_tokens=100),
            run(memory_bytes=4, memory_reserved_bytes=None, micro_batch_tokens=50),
        ]
    )
    assert (combined.memory_bytes, combined.memory_reserved_bytes, combined.micro_batch_tokens) == (5, 8, 50)
