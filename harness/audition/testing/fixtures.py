"""Fixtures for tests of plugins: `pytest_plugins = ["audition.testing.fixtures"]` in a conftest or a test module.

They are asked for by name and registered by no entry point, so that pytest starts as fast as ever where nobody does.
Importing this module imports no torch; `toy_adapter`, and measuring with `toy_problem`, do.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from audition.testing.spy import SpyProblem
from audition.testing.toy import (
    TOY_CURVES,
    ToyAdapter,
    ToyExecutor,
    ToySelector,
    ToyTask,
    build_toy_checkpoint,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from audition.measuring.problem import MeteredProblem
    from audition.types import LossCurve, ModelSpec


@pytest.fixture
def toy_task() -> ToyTask:
    """Return an opened task of 480 pairs that can be learned."""
    return ToyTask()


@pytest.fixture
def toy_models(tmp_path: Path) -> tuple[ModelSpec, ...]:
    """Return three models with checkpoints, which train in milliseconds: different weights, the same architecture."""
    names = ("toy/one", "toy/two", "toy/three")
    return tuple(build_toy_checkpoint(tmp_path / "checkpoints" / name, name) for name in names)


@pytest.fixture
def toy_adapter(toy_models: tuple[ModelSpec, ...]) -> ToyAdapter:
    """Return the first of the toy models, loaded."""
    return ToyAdapter.load(toy_models[0], toy_models[0].checkpoint)


@pytest.fixture
def toy_curves() -> Sequence[LossCurve]:
    """Return recorded curves of four models on the toy task."""
    return TOY_CURVES


@pytest.fixture
def toy_selector() -> ToySelector:
    """Return a selector that measures one size."""
    return ToySelector()


@pytest.fixture
def toy_executor() -> Iterator[ToyExecutor]:
    """Return an executor that fine-tunes toys in this process, and remembers what it was asked."""
    executor = ToyExecutor()
    yield executor
    executor.close()


@pytest.fixture
def spy_problem() -> SpyProblem:
    """Return a problem of four candidates whose losses are formulas, and which remembers what it was asked."""
    return SpyProblem()


@pytest.fixture
def toy_problem(
    toy_task: ToyTask, toy_models: tuple[ModelSpec, ...], toy_executor: ToyExecutor, tmp_path: Path
) -> MeteredProblem:
    """Return a live problem: measuring a point fine-tunes a toy model on the toy task, with a ledger of its own."""
    from audition.budgets.budget import SizeCap
    from audition.budgets.ladder import ladder
    from audition.measuring.ledger import Ledger
    from audition.measuring.live import LiveLosses
    from audition.measuring.problem import MeteredProblem
    from audition.measuring.setting import LiveSetting
    from audition.plugins.loading import load_plugins
    from audition.types import Recipe

    setting = LiveSetting(
        task=toy_task,
        recipe=Recipe(name="toy", learning_rates=(0.01,), batch_sizes=(8,), epochs=1, precision="fp32", n_test=20),
        device="cpu",
        device_kind="cpu",
        seeds=(0,),
        loss_unit="nats/byte",
        rank_lossy=False,
        adapters={"toy": "toy 1"},
    )
    ledger = Ledger(str(tmp_path / "toy-ledger.db"))
    hooks = load_plugins(path=[], files=()).hooks
    d_full = toy_task.spec.n_train or 0
    return MeteredProblem(
        candidates=toy_models,
        sizes=ladder(d_full, Fraction(1, 2), toy_task.spec.min_size),
        d_full=d_full,
        loss_unit="nats/byte",
        budget=SizeCap(Fraction(1, 2)),
        losses=LiveLosses(toy_models, setting, ledger=ledger, executor=toy_executor, hooks=hooks),
    )
