from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from audition.measuring.ledger import Ledger
from audition.measuring.live import LiveLosses
from audition.measuring.repeats import combine_seeds
from audition.measuring.setting import LiveSetting
from audition.memory import MemoryPlanner
from audition.memory.measured import memory_records, summarise
from audition.plugins.loading import load_plugins
from audition.selection.plan import Plan, PlannedModel
from audition.testing.toy import ToyTask
from audition.types import Cost, ModelShape, Observation, Point, Recipe
from worlds.badly_behaved import toy_model

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from audition.types import MeasurementRequest, Progress

GIB = 2**30


def observation(**fields: Any) -> Observation:  # noqa: ANN401
    return Observation(
        **{"model": "a", "task": "toy", "n_samples": 200, "seeds": (0,), "device_kind": "A100", **fields}
    )


def test_a_ratio_is_estimated_over_measured() -> None:
    (record,) = memory_records([observation(memory_bytes=4 * GIB, memory_estimate_bytes=5 * GIB)])
    assert record.ratio == 1.25


@pytest.mark.parametrize(
    "fields",
    [
        {"memory_bytes": GIB},
        {"memory_bytes": GIB, "memory_estimate_bytes": GIB, "status": "does-not-fit"},
        {"memory_bytes": GIB, "memory_estimate_bytes": GIB, "status": "crashed"},
    ],
)
def test_nothing_is_compared_where_a_number_is_missing_or_the_peak_was_cut_off(fields: dict[str, Any]) -> None:
    (record,) = memory_records([observation(**fields)])
    assert record.ratio is None
    assert summarise([record]) == ()


def test_a_measurement_that_says_nothing_of_memory_is_left_out() -> None:
    assert memory_records([observation(memory_estimate_bytes=GIB)]) == ()


def test_kinds_of_devices_are_summed_up_apart() -> None:
    sizes = {"A100": (0.5, 1.0, 1.5), "cpu": (0.25,)}
    records = memory_records(
        observation(device_kind=kind, memory_bytes=GIB, memory_estimate_bytes=int(ratio * GIB), n_samples=n)
        for kind, ratios in sizes.items()
        for n, ratio in enumerate(ratios)
    )
    gpu, cpu = summarise(records)
    assert (gpu.device_kind, gpu.n_compared, gpu.mean_ratio) == ("A100", 3, 1.0)
    assert (gpu.lowest.n_samples, gpu.highest.n_samples) == (0, 2)
    assert (cpu.device_kind, cpu.n_compared, cpu.mean_ratio) == ("cpu", 1, 0.25)


class Prepared:
    """An executor that answers at once, as if it had measured."""

    slots = 1

    def run(self, request: MeasurementRequest, on_progress: Callable[[Progress], None]) -> Observation:
        return observation(
            model=request.model.name,
            n_samples=request.n_samples,
            loss_per_token=1.0,
            loss_per_byte=0.5,
            memory_bytes=3 * GIB,
        )

    def calibrate(self, request: MeasurementRequest) -> None:
        return None

    def close(self) -> None:
        return None


def test_the_ledger_keeps_the_estimate_beside_what_was_measured(tmp_path: Path) -> None:
    shape = ModelShape(n_layers=1, d_model=32, n_heads=1, d_head=32, d_ff=32, n_vocab=259)
    known, unknown = replace(toy_model(tmp_path / "good"), shape=shape), toy_model(tmp_path / "fine", "fine")
    models = (known, replace(unknown, n_params=None, shape=None))
    ledger = Ledger(str(tmp_path / "ledger.db"))
    setting = LiveSetting(
        task=ToyTask(),
        recipe=Recipe(name="toy", precision="fp32"),
        device="cpu",
        device_kind="cpu",
        seeds=(0,),
        loss_unit="nats/byte",
        rank_lossy=False,
        adapters={"toy": "toy of tests 1"},
    )
    hooks = load_plugins().hooks
    planner = MemoryPlanner(recipe=setting.recipe, lengths=(), is_cuda=True, budgets=(None,))
    need = planner.need(known)
    assert need is not None
    estimates = {"toy/good": need.tensors, "toy/fine": None}
    losses = LiveLosses(
        models,
        setting,
        ledger=ledger,
        executor=Prepared(),
        hooks=hooks,
        memory=planner,
    )
    shown = {model.name: losses.obtain(Point(model.name, 50)) for model in models}
    stored = {each.model: each for each in ledger.observations()}
    for by_model in (shown, stored):
        assert {name: each.memory_estimate_bytes for name, each in by_model.items()} == estimates
        assert {each.memory_bytes for each in by_model.values()} == {3 * GIB}


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


@pytest.mark.parametrize(
    ("n_slots", "wall"),
    [(1, 9.0), (2, 7.0), (3, 6.0), (4, 5.0), (9, 5.0)],  # two slots: 2 and 5, 1 and 1
)
def test_wall_time_is_that_of_the_slot_that_is_busy_longest(n_slots: int, wall: float) -> None:
    models = tuple(
        PlannedModel(
            model=str(n),
            sizes=(50,),
            n_in_ledger=0,
            cost=Cost(seconds=seconds),
            download_bytes=0,
            download_label="measured",
        )
        for n, seconds in enumerate((2.0, 1.0, 1.0, 5.0))
    )
    plan = Plan(models=models, slots=n_slots, n_shards=1, is_calibrated=True)
    assert plan.wall_seconds == wall
    assert replace(plan, n_shards=2).wall_seconds == wall / 2  # costs count the seconds of both devices
    assert replace(plan, is_calibrated=False).wall_seconds is None
