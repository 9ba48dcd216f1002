from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from audition.measuring.ledger import Ledger
from audition.measuring.live import LiveLosses
from audition.measuring.setting import LiveSetting
from audition.memory import MemoryPlanner
from audition.plugins.loading import load_plugins
from audition.testing.toy import ToyTask
from audition.types import ModelShape, Observation, Point, Recipe
from worlds.badly_behaved import toy_model
from worlds.observed import GIB, observation

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from audition.types import MeasurementRequest, Progress


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
