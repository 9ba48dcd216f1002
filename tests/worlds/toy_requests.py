"""Requests for the toy model on the toy task, for tests of what measures."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from audition.testing.toy import TOY_MODEL, ToyAdapter, ToyTask
from audition.training.candidate import Candidate
from audition.training.devices.finding import resolve_device
from audition.types import AdapterEntry, MeasurementRequest, Recipe

if TYPE_CHECKING:
    import torch

    from audition.types import Observation
    from audition.types.protocols import TaskLoader

CPU = resolve_device("cpu")
QUICK = Recipe(name="test", learning_rates=(0.01,), batch_sizes=(8,), epochs=2, n_validation=20, n_test=30)


def ask(n_samples: int, recipe: Recipe = QUICK, **fields: Any) -> MeasurementRequest:  # noqa: ANN401
    task = ToyTask()
    request = MeasurementRequest(
        key="",
        model=TOY_MODEL,
        folder="no folder",
        task=task.spec,
        task_fingerprint=task.fingerprint,
        n_samples=n_samples,
        seed=0,
        recipe=recipe,
        device="cpu",
    )
    return replace(request, **fields)


def candidate(task: TaskLoader | None = None, adapter: type[ToyAdapter] = ToyAdapter) -> Candidate:
    entry = AdapterEntry(name="toy", model_types=(), load=adapter.load)
    return Candidate.load(ask(0), entry, task or ToyTask(), CPU)


def weights(of: Candidate) -> list[torch.Tensor]:
    return [each.detach().clone() for each in of.adapter.module.parameters()]


def numbers(observation: Observation) -> Observation:
    """Return what must repeat: everything but time and memory."""
    cost = replace(observation.cost, seconds=0.0)
    return replace(observation, cost=cost, wall_seconds=None, memory_bytes=None)
