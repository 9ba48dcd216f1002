from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import torch

from audition.testing.toy import ToyAdapter
from audition.training.devices.repeatable import make_repeatable
from worlds.toy_requests import CPU, QUICK, ask, candidate, numbers

if TYPE_CHECKING:
    from audition.types import Observation


class Unrepeatable(ToyAdapter):
    """Uses an operation that has no deterministic kernel."""

    def loss(self, batch: dict[str, Any]) -> Any:  # noqa: ANN401
        torch.zeros(2).put_(torch.tensor([0, 0]), torch.ones(2))
        return super().loss(batch)


def test_an_operation_without_a_deterministic_kernel_warns_and_the_numbers_are_the_same() -> None:
    with pytest.warns(UserWarning, match="put_ does not have a deterministic implementation"):
        observation = candidate(adapter=Unrepeatable).measure(ask(20))
    assert losses(observation) == losses(candidate().measure(ask(20)))


def test_a_recipe_that_does_not_insist_uses_any_kernel_and_leaves_nothing_behind() -> None:
    free = replace(QUICK, deterministic=False)
    toy = candidate(adapter=Unrepeatable)
    try:
        observation = toy.measure(ask(20, free))
        assert not torch.are_deterministic_algorithms_enabled()
        assert losses(observation) == losses(candidate().measure(ask(20)))
        toy.calibrate(ask(20, free))
        assert not torch.are_deterministic_algorithms_enabled()
        candidate().measure(ask(0))
        assert torch.are_deterministic_algorithms_enabled()
    finally:
        make_repeatable(CPU)


def losses(observation: Observation) -> tuple[float | None, ...]:
    plain = numbers(observation)
    return plain.loss_per_token, plain.loss_per_byte, plain.validation_loss
