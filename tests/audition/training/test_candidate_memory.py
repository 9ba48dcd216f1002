"""What a candidate does with the memory it has, and what it says of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import torch

from audition.testing.toy import ToyAdapter
from audition.training.devices.repeatable import make_repeatable
from audition.training.outcome import method_of
from audition.types import Recipe
from worlds.toy_requests import CPU, QUICK, ask, candidate, numbers

if TYPE_CHECKING:
    from audition.types import Observation


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


class NoRow(ToyAdapter):
    """Cannot train on a single row."""

    def loss(self, batch: dict[str, Any]) -> Any:  # noqa: ANN401
        if not self.module.training:
            return super().loss(batch)
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")


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
