"""What may go wrong with a candidate, and what then comes back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import torch

from audition.testing.toy import ByteTokeniser, ToyAdapter
from worlds.toy_requests import QUICK, ask, candidate, numbers

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


class OutOfMemory(ToyAdapter):
    """Runs out of memory in training: its own error, raised where a real one would be."""

    def loss(self, batch: dict[str, Any]) -> Any:  # noqa: ANN401
        if self.module.training:
            raise torch.cuda.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.\nDetails follow.")
        return super().loss(batch)


class Greedy(ToyAdapter):
    """Asks the CPU for a petabyte."""

    def loss(self, batch: dict[str, Any]) -> Any:  # noqa: ANN401
        return super().loss(batch) + torch.empty(2**50, dtype=torch.uint8)


class NotANumber(ToyAdapter):
    """Has a loss that is no number in training."""

    def loss(self, batch: dict[str, Any]) -> Any:  # noqa: ANN401
        return super().loss(batch) * (float("nan") if self.module.training else 1.0)


class Broken(ToyAdapter):
    """Has a bug."""

    def loss(self, batch: dict[str, Any]) -> Any:  # noqa: ANN401
        raise RuntimeError("shapes do not match")


@pytest.mark.parametrize(
    ("adapter", "status", "message"),
    [
        (OutOfMemory, "does-not-fit", "tokens, asking for 2.00 GiB more"),
        (Greedy, "does-not-fit", "asking for 1048576 GiB more"),
        (NotANumber, "not-finite", "the loss was not finite within"),
    ],
)
def test_failure_is_an_outcome_with_a_reason_in_one_line(adapter: type[ToyAdapter], status: str, message: str) -> None:
    observation = candidate(adapter=adapter).measure(ask(20))
    assert observation.status == status
    assert message in observation.message
    assert "\n" not in observation.message
    assert observation.loss_per_token is observation.loss_per_byte is observation.learning_rate is None
    assert observation.cost.n_samples == 20


def test_candidate_goes_on_after_a_failure() -> None:
    toy = candidate(adapter=OutOfMemory)
    assert toy.measure(ask(20)).status == "does-not-fit"
    assert numbers(toy.measure(ask(0))) == numbers(candidate().measure(ask(0)))


def test_grid_point_that_diverges_does_not_spoil_the_others() -> None:
    observation = candidate().measure(ask(50, replace(QUICK, learning_rates=(0.01, 1.0), max_grad_norm=1e30)))
    assert (observation.status, observation.learning_rate) == ("ok", 0.01)


def test_bug_of_an_adapter_is_no_outcome() -> None:
    with pytest.raises(RuntimeError, match="shapes do not match"):
        candidate(adapter=Broken).measure(ask(20))


class Lossy(ToyAdapter):
    """Its tokeniser knows no 'x' and no 'e'."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401
        super().__init__(**options)
        self.tokenizer = LossyTokeniser()


class LossyTokeniser(ByteTokeniser):
    def decode(self, ids: Iterable[int], **options: object) -> str:
        return super().decode(ids, **options).replace("e", "?")


def test_tokeniser_that_loses_the_targets_is_told_and_nothing_is_spent() -> None:
    observation = candidate(adapter=Lossy).measure(ask(20))
    assert observation.status == "lossy-tokeniser"
    assert "of the test targets" in observation.message
    assert observation.loss_per_token is None
    assert (observation.cost.samples_processed, observation.cost.flops) == (0, 0.0)


def test_lossy_candidate_is_measured_if_asked_for() -> None:
    observation = candidate(adapter=Lossy).measure(ask(20, rank_lossy=True))
    assert observation.status == "ok"
    assert "of the test targets" in observation.message
    assert observation.loss_per_token == candidate().measure(ask(20)).loss_per_token


def test_failed_fine_tuning_saves_nothing(tmp_path: Path) -> None:
    observation = candidate(adapter=NotANumber).measure(ask(20, save_to=str(tmp_path / "model")))
    assert observation.status == "not-finite"
    assert not (tmp_path / "model").exists()
