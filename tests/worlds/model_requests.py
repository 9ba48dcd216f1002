"""Requests for small random checkpoints of every architecture on the toy task, for tests of how models are trained."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from audition.checkpoints import read_spec
from audition.testing.checkpoints import Kind, build_checkpoint
from audition.testing.toy import ToyTask
from audition.training.candidate import Candidate
from audition.training.devices.finding import resolve_device
from audition.types import MeasurementRequest, Recipe
from audition_plugins.models import audition_adapters

if TYPE_CHECKING:
    from pathlib import Path

    from audition.types import AdapterEntry, Observation
    from audition.types.protocols import ModelAdapter, TaskLoader

CPU = resolve_device("cpu")
ENTRIES = {entry.name: entry for entry in audition_adapters()}
#: LoRA's rates are higher: a random model has little that its low-rank changes could build on
RECIPE = Recipe(
    name="test", precision="fp32", learning_rates=(0.01,), batch_sizes=(8,), epochs=1, n_validation=10, n_test=10
)


def recipe(**changes: Any) -> Recipe:  # noqa: ANN401 - of any field
    return replace(RECIPE, **changes)


def adapter_for(model_type: str) -> AdapterEntry:
    return next((entry for entry in ENTRIES.values() if model_type in entry.model_types), ENTRIES["auto"])


def ask_model(folder: Path, n_samples: int, recipe: Recipe, **fields: Any) -> MeasurementRequest:  # noqa: ANN401
    task = ToyTask()
    request = MeasurementRequest(
        key="",
        model=read_spec(str(folder), adapter_for=lambda model_type: adapter_for(model_type).name),
        folder=str(folder),
        task=task.spec,
        task_fingerprint=task.fingerprint,
        n_samples=n_samples,
        seed=0,
        recipe=recipe,
        device="cpu",
    )
    return replace(request, **fields)


def load_candidate(asked: MeasurementRequest, task: TaskLoader | None = None) -> Candidate:
    return Candidate.load(asked, ENTRIES[asked.model.adapter], task or ToyTask(), CPU)


def load_adapter(kind: Kind, folder: Path) -> ModelAdapter:
    """Return a new checkpoint of this kind, loaded and not prepared."""
    asked = ask_model(build_checkpoint(kind, folder), 0, RECIPE)
    return ENTRIES[asked.model.adapter].load(asked.model, asked.folder)


def numbers(observation: Observation) -> Observation:
    """Return what must repeat: everything but time and memory."""
    cost = replace(observation.cost, seconds=0.0)
    return replace(observation, cost=cost, wall_seconds=None, memory_bytes=None)
