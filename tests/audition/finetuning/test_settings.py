"""The learning rate of a method: by rule, and from what was measured with the same method."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from audition.finetuning.settings import find_settings
from audition.measuring.ledger import Ledger
from audition.measuring.setting import LiveSetting
from audition.testing.toy import TOY_MODEL, ToyTask
from audition.types import Observation, Recipe

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("method", ["lora", "qlora"])
@pytest.mark.parametrize(
    ("card", "n_params", "rate"),
    [
        ((), 7 * 10**9, 1.4e-4),
        ((), 124_000_000, 6.9e-4),
        ((), 10**6, 0.003),
        ((("*", 2.34e-5),), None, 2.34e-4),
        ((("*", 0.001),), None, 0.003),
    ],
)
def test_low_rank_methods_take_ten_times_the_rate_up_to_a_limit(
    method: Any,  # noqa: ANN401 - one of two literals
    card: tuple[tuple[str, float], ...],
    n_params: int | None,
    rate: float,
) -> None:
    model = replace(TOY_MODEL, n_params=n_params, learning_rates=card)
    assert Recipe(name="r", method=method).learning_rate_for(model, "flan") == rate


@pytest.mark.parametrize(("method", "found"), [("full", 1e-4), ("lora", 2e-3), ("qlora", None)])
def test_rate_found_with_another_method_is_not_taken(
    method: Any,  # noqa: ANN401 - one of three literals
    found: float | None,
    tmp_path: Path,
) -> None:
    ledger, task = Ledger(str(tmp_path / "ledger.db")), ToyTask()
    measured = Observation(model=TOY_MODEL.name, task=task.spec.name, n_samples=100, seeds=(0,), batch_size=8)
    ledger.put("old", replace(measured, learning_rate=1e-4, method=None))  # older than methods: full
    ledger.put("lora", replace(measured, n_samples=800, learning_rate=2e-3, method="lora bf16, adamw-8bit"))
    setting = LiveSetting(
        task=task,
        recipe=Recipe(name="r", method=method),
        device="cpu",
        device_kind="cpu",
        seeds=(0,),
        loss_unit="nats/byte",
        rank_lossy=False,
        adapters={},
    )
    assert find_settings(ledger, TOY_MODEL, setting, learning_rate=None, batch_size=None).learning_rate == found
