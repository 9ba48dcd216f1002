"""What a candidate does with the memory it has, and what it says of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import torch

from audition.testing.toy import ToyAdapter
from worlds.scarce_memory import NoRow
from worlds.toy_requests import QUICK, ask, candidate, numbers


class FourRows(ToyAdapter):
    """Holds four rows a forward pass where it trains, or where it scores; the toy's dropout is off."""

    where = "training"

    def loss(self, batch: dict[str, Any]) -> Any:  # noqa: ANN401
        self.module.dropout.p = 0.0
        is_there = self.where in ("both", "training" if self.module.training else "scoring")
        if is_there and len(batch["ids"]) > 4:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")
        return super().loss(batch)


class NoDropout(ToyAdapter):
    def loss(self, batch: dict[str, Any]) -> Any:  # noqa: ANN401
        self.module.dropout.p = 0.0
        return super().loss(batch)


def four_rows(where: str) -> type[FourRows]:
    return type("FourRowsThere", (FourRows,), {"where": where})


@pytest.mark.parametrize("where", ["training", "scoring", "both"])
def test_losses_are_those_of_a_recipe_with_the_micro_batch_that_fitted(where: str) -> None:
    observation = candidate(adapter=four_rows(where)).measure(ask(40))
    assert observation.status == "ok"
    assert observation.micro_batch_tokens is not None
    small = replace(QUICK, micro_batch_tokens=observation.micro_batch_tokens)
    asked = candidate(adapter=NoDropout).measure(ask(40, small))
    assert asked.micro_batch_tokens is None
    for name in ("loss_per_token", "loss_per_byte", "validation_loss"):
        assert getattr(observation, name) == pytest.approx(getattr(asked, name), rel=1e-5)
    assert (observation.epochs, observation.learning_rate) == (asked.epochs, asked.learning_rate)
    assert observation.cost.samples_processed == asked.cost.samples_processed
    assert observation.cost.flops == asked.cost.flops


def test_losses_are_those_of_plenty_of_memory_to_rounding() -> None:
    halved, whole = (candidate(adapter=adapter).measure(ask(40)) for adapter in (four_rows("both"), NoDropout))
    assert halved.loss_per_byte == pytest.approx(whole.loss_per_byte, rel=1e-4)


def test_the_micro_batch_that_fitted_is_remembered_at_later_sizes() -> None:
    toy = candidate(adapter=four_rows("scoring"))
    fitted = toy.measure(ask(0)).micro_batch_tokens
    toy.adapter.where = "nowhere"  # type: ignore[attr-defined]  # from now on there is plenty
    later = toy.measure(ask(40))
    assert fitted is not None
    assert later.micro_batch_tokens == fitted
    again = candidate(adapter=NoDropout).measure(ask(40, replace(QUICK, micro_batch_tokens=fitted)))
    assert later.loss_per_byte == again.loss_per_byte


def test_a_recipe_that_asks_for_less_than_fitted_gets_what_it_asks_for() -> None:
    toy = candidate(adapter=four_rows("both"))
    toy.measure(ask(0))
    small = toy.measure(ask(20, replace(QUICK, micro_batch_tokens=50)))
    assert small.micro_batch_tokens is None
    alone = candidate(adapter=NoDropout).measure(ask(20, replace(QUICK, micro_batch_tokens=50)))
    assert small.loss_per_byte == alone.loss_per_byte


def test_calibration_halves_too_and_is_remembered() -> None:
    toy = candidate(adapter=four_rows("training"))
    assert toy.calibrate(ask(8)).seconds_per_training_token > 0
    assert toy.measure(ask(0)).micro_batch_tokens is not None


def test_nothing_is_remembered_of_a_size_that_did_not_fit() -> None:
    toy = candidate(adapter=NoRow)
    assert toy.measure(ask(20)).status == "does-not-fit"
    assert numbers(toy.measure(ask(0))) == numbers(candidate().measure(ask(0)))


def test_memory_of_a_measurement_is_its_own_peak_not_that_of_an_earlier_one() -> None:
    class Large(ToyAdapter):
        """Takes 256 MiB for a moment, wherever it has more than 30 rows to score."""

        def loss(self, batch: dict[str, Any]) -> Any:  # noqa: ANN401
            if len(batch["ids"]) > 29:
                torch.ones(2**26)
            return super().loss(batch)

    toy = candidate(adapter=Large)
    large, small = (toy.measure(ask(0, replace(QUICK, n_test=n))).memory_bytes for n in (30, 20))
    assert large is not None
    assert small is not None
    if _resets_its_peak():
        assert large - small > 200 * 2**20
    else:
        assert large == small


def _resets_its_peak() -> bool:
    from pathlib import Path

    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return False
    return True
