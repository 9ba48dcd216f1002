"""The learning rate of a method: by rule, and from what was measured with the same method."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from audition.finetuning.settings import best_rate, find_settings, settings_for
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


@pytest.mark.parametrize("rates", [(1e-4, 2e-4, 4e-4), (5e-5, 2e-4, 3e-4), (1e-4, 2e-4, 3e-4, 9e-4)])
def test_the_best_rate_is_the_bottom_of_the_parabola(rates: tuple[float, ...]) -> None:
    bottom = math.log(1.9e-4)
    tried = [(rate, math.exp(0.3 + 0.05 * (math.log(rate) - bottom) ** 2)) for rate in rates]
    assert best_rate(tried) == pytest.approx(1.9e-4, rel=1e-9)


def test_at_the_edge_of_what_was_tried_there_is_no_parabola() -> None:
    assert best_rate([(1e-4, 2.0), (3e-4, 1.9)]) == pytest.approx(3e-4)
    assert best_rate([(1e-4, 2.0)]) == pytest.approx(1e-4)
    assert best_rate([(1e-4, math.inf), (3e-4, 1.9), (9e-4, math.inf)]) == pytest.approx(3e-4)


def searched(n_samples: int, rate: float) -> Observation:
    tried = tuple((rate * step, 2.0 + 0.1 * abs(math.log(step))) for step in (0.4, 1.0, 2.5))
    return Observation(
        model="m", task="t", n_samples=n_samples, learning_rate=rate, batch_size=8, tried=tried, loss=2.0, seeds=(0,)
    )


def test_rates_that_were_searched_are_carried_over_to_the_full_size() -> None:
    recipe = Recipe(name="r", rate_growth=0.6, rate_factor=2.5)
    on_the_law = [searched(size, 1e-4 * (size / 100) ** 0.6) for size in (100, 200, 400)]
    found = settings_for(on_the_law, "m", 3200, recipe)
    assert found is not None
    assert found.origin == "carried over from smaller sizes"
    assert found.learning_rate == pytest.approx(1e-4 * 32**0.6, rel=0.05)  # two digits
    off = [*on_the_law[:2], searched(400, 2e-4 * 4**0.6)]  # the largest size says twice as much: weights 4, 2, 1 of 7
    carried = settings_for(off, "m", 3200, recipe)
    assert carried is not None
    assert carried.learning_rate == pytest.approx(1e-4 * 32**0.6 * 2 ** (4 / 7), rel=0.05)
    applied = carried.applied_to(recipe)
    assert (applied.learning_rates, applied.rate_factor, applied.rate_growth) == ((carried.learning_rate,), None, 0.0)


def test_rates_of_a_recipe_that_does_not_search_are_taken_as_they_are() -> None:
    plain = [replace(searched(size, 1e-4), tried=()) for size in (100, 400)]
    found = settings_for(plain, "m", 3200, Recipe(name="r"))
    assert found is not None
    assert (found.learning_rate, found.origin) == (1e-4, "found by measuring")
    assert settings_for(plain, "other", 3200, Recipe(name="r")) is None
