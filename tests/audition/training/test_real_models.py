"""The loop on every architecture: a small random checkpoint, its own dropout, its own tokeniser."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import torch

from audition.checkpoints import read_spec
from audition.testing.checkpoints import KINDS, Kind, build_checkpoint
from audition.testing.toy import ToyTask
from audition.training.candidate import Candidate
from audition.training.devices.finding import resolve_device
from audition.training.devices.repeatable import make_repeatable
from audition.training.loop.loop import Run, accumulate_gradients
from audition.types import MeasurementRequest, Recipe
from audition_plugins.models import audition_adapters

if TYPE_CHECKING:
    from pathlib import Path

    from audition.types import AdapterEntry, Observation

pytestmark = pytest.mark.slow  # seconds a model, half a minute in all
CPU = resolve_device("cpu")
RECIPE = Recipe(name="t", learning_rates=(3e-3,), batch_sizes=(8,), epochs=2, n_validation=20, n_test=20)
ENTRIES = {entry.name: entry for entry in audition_adapters()}


def adapter_for(model_type: str) -> AdapterEntry:
    return next((entry for entry in ENTRIES.values() if model_type in entry.model_types), ENTRIES["auto"])


@pytest.fixture(params=KINDS)
def request_for_model(request: pytest.FixtureRequest, tmp_path: Path) -> MeasurementRequest:
    kind: Kind = request.param
    folder = build_checkpoint(kind, tmp_path / kind)
    task = ToyTask()
    return MeasurementRequest(
        key="",
        model=read_spec(str(folder), adapter_for=lambda model_type: adapter_for(model_type).name),
        folder=str(folder),
        task=task.spec,
        task_fingerprint=task.fingerprint,
        n_samples=64,
        seed=0,
        recipe=RECIPE,
        device="cpu",
    )


def load(asked: MeasurementRequest) -> Candidate:
    return Candidate.load(asked, ENTRIES[asked.model.adapter], ToyTask(), CPU)


def numbers(observation: Observation) -> Observation:
    cost = replace(observation.cost, seconds=0.0)
    return replace(observation, cost=cost, wall_seconds=None, memory_bytes=None)


def test_model_learns_and_its_sizes_do_not_depend_on_their_order(request_for_model: MeasurementRequest) -> None:
    asked = request_for_model
    first, second = load(asked), load(asked)
    untrained = first.measure(replace(asked, n_samples=0))
    small, large = first.measure(replace(asked, n_samples=24)), first.measure(asked)
    assert (untrained.status, small.status, large.status) == ("ok", "ok", "ok")
    assert (large.loss_per_token or 0.0) < 0.8 * (untrained.loss_per_token or 0.0)
    assert numbers(second.measure(asked)) == numbers(large)
    assert numbers(second.measure(replace(asked, n_samples=24))) == numbers(small)


def test_gradient_is_the_same_whatever_the_micro_batches(request_for_model: MeasurementRequest) -> None:
    asked = request_for_model
    make_repeatable(CPU)
    adapter = load(asked).adapter
    adapter.module.eval()  # no dropout: another split draws other noise
    batch = [adapter.encode(each, max_input_tokens=50, max_target_tokens=20) for each in ToyTask().train(8, 0)]
    outcomes = []
    for limit in (40, 10**6):
        run = Run(
            recipe=replace(RECIPE, micro_batch_tokens=limit),
            learning_rate=1.0,
            batch_size=8,
            seed=0,
            device=CPU,
            precision="fp32",
        )
        adapter.module.zero_grad()
        loss = accumulate_gradients(adapter, batch, run, backward=torch.Tensor.backward)
        outcomes.append((loss, [each.grad.clone() for each in adapter.module.parameters() if each.grad is not None]))
    (split_loss, split), (whole_loss, whole) = outcomes
    assert split_loss.item() == pytest.approx(whole_loss.item(), rel=1e-5)
    norm = torch.stack([each.norm() for each in whole]).norm()
    for one, other in zip(split, whole, strict=True):
        torch.testing.assert_close(one, other, atol=1e-5 * float(norm), rtol=1e-4)
