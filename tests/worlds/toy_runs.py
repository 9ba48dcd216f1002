"""What tests of several rooms share of toy runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audition.testing.toy import ToyAdapter, ToyEncoded
from audition.training.devices.finding import resolve_device
from audition.types import Example

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor


CPU = resolve_device("cpu")


def encode(adapter: ToyAdapter, examples: Sequence[Example]) -> list[ToyEncoded]:
    return [adapter.encode(each, max_input_tokens=100, max_target_tokens=50) for each in examples]


def weights(adapter: ToyAdapter) -> dict[str, Tensor]:
    return {name: each.detach().clone() for name, each in adapter.module.named_parameters()}


# targets of 1 to 40 tokens: a mean of micro-batch means would be far off
UNEVEN = [Example(input=f"say {n} times", target="na" * n) for n in (1, 2, 3, 5, 8, 13, 20)]


class Diverging(ToyAdapter):
    """Its loss is not a number after so many forward passes in training."""

    n_good = 0

    def loss(self, batch: dict[str, Any]) -> Any:  # noqa: ANN401
        self.n_good -= 1
        return super().loss(batch) * (float("nan") if self.n_good < 0 and self.module.training else 1.0)
