from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audition.testing.toy import ToyAdapter, ToyTask
from audition.training.candidate import Candidate
from audition.training.devices.repeatable import make_repeatable
from worlds.toy_requests import CPU, ask

if TYPE_CHECKING:
    from audition.types import Example


def test_examples_are_tokenised_once() -> None:
    class Counting(ToyAdapter):
        n_encoded = 0

        def encode(self, example: Example, **limits: Any) -> Any:  # noqa: ANN401
            self.n_encoded += 1
            return super().encode(example, **limits)

    adapter = Counting()
    make_repeatable(CPU)
    toy = Candidate(adapter, ToyTask(), CPU)
    for n_samples in (100, 50, 0, 120):
        toy.measure(ask(n_samples))
    assert adapter.n_encoded == 120 + 20 + 30
