from __future__ import annotations

import warnings
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import torch
from torch.nn.functional import cross_entropy

from audition.checkpoints import read_spec
from audition.plugins.catalog import Catalog
from audition.plugins.loading import load_plugins
from audition.testing.checkpoints import KINDS, Kind, build_checkpoint
from audition.testing.toy import ToyAdapter, ToyTask
from audition.training.candidate import Candidate
from audition.training.devices.finding import resolve_device
from audition.training.devices.repeatable import make_repeatable
from audition.training.loop.loop import Run, Trainer
from audition.types import MeasurementRequest, Recipe, TaskOptions
from audition_plugins.executors.local import LocalExecutor
from audition_plugins.models import audition_adapters
from worlds.gpu_requests import GPU, ON_GPU, only
from worlds.toy_requests import QUICK, ask

if TYPE_CHECKING:
    from pathlib import Path

    from audition.types import Observation

pytestmark = ON_GPU
ENTRIES = {entry.name: entry for entry in audition_adapters()}
RECIPE = Recipe(name="t", learning_rates=(3e-3,), batch_sizes=(8,), epochs=1, n_validation=20, n_test=20)


def adapter_name(model_type: str) -> str:
    return next((entry.name for entry in ENTRIES.values() if model_type in entry.model_types), "auto")


def request(folder: Path, **fields: Any) -> MeasurementRequest:  # noqa: ANN401
    task = ToyTask()
    asked = MeasurementRequest(
        key="",
        model=read_spec(str(folder), adapter_for=adapter_name),
        folder=str(folder),
        task=task.spec,
        task_fingerprint=task.fingerprint,
        n_samples=32,
        seed=0,
        recipe=RECIPE,
        device=GPU,
    )
    return replace(asked, **fields)


def measure(asked: MeasurementRequest) -> Observation:
    device = resolve_device(asked.device)
    return Candidate.load(asked, ENTRIES[asked.model.adapter], ToyTask(), device).measure(asked)


@pytest.fixture(params=KINDS)
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    kind: Kind = request.param
    return build_checkpoint(kind, tmp_path / kind)


def test_zero_shot_loss_is_that_of_the_cpu(folder: Path) -> None:
    recipe = replace(RECIPE, precision="fp32")
    here, there = (measure(request(folder, n_samples=0, recipe=recipe, device=device)) for device in ("cpu", GPU))
    assert there.status == "ok", there.message
    assert there.loss_per_token == pytest.approx(here.loss_per_token, rel=1e-4)


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_training_repeats_on_the_same_gpu(folder: Path, precision: str) -> None:
    asked = request(folder, recipe=replace(RECIPE, precision=precision))  # type: ignore[arg-type]
    one, two = measure(asked), measure(asked)
    assert one.status == "ok", one.message
    assert (one.loss_per_token, one.validation_loss) == (two.loss_per_token, two.validation_loss)


def test_memory_is_measured_and_a_small_size_is_not_charged_for_a_large_one(tmp_path: Path) -> None:
    asked = request(build_checkpoint("gpt2", tmp_path / "gpt2"))
    candidate = Candidate.load(asked, ENTRIES[asked.model.adapter], ToyTask(), resolve_device(GPU))
    trained, zero_shot = candidate.measure(asked), candidate.measure(replace(asked, n_samples=0))
    for observation in (trained, zero_shot):
        assert observation.device_kind == torch.cuda.get_device_name(0)
        assert observation.memory_bytes is not None
        assert observation.memory_reserved_bytes is not None
        assert 0 < observation.memory_bytes <= observation.memory_reserved_bytes
    assert (zero_shot.memory_bytes or 0) < (trained.memory_bytes or 0)


class Hungry(ToyAdapter):
    """Needs 64 MiB more an example, for its forward pass alone."""

    def loss(self, batch: dict[str, Any]) -> Any:  # noqa: ANN401
        workspace = torch.empty(len(batch["ids"]) * 2**26, dtype=torch.uint8, device=batch["ids"].device)
        loss = super().loss(batch)
        del workspace
        return loss


def toy(adapter: ToyAdapter) -> Candidate:
    device = resolve_device(GPU)
    make_repeatable(device)
    return Candidate(adapter, ToyTask(), device)


def test_running_out_of_memory_halves_the_micro_batch_and_the_loss_is_the_same() -> None:
    asked = ask(40, device=GPU)
    whole = toy(Hungry(dropout=0.0)).measure(asked)
    with only(700 * 2**20):  # eight examples need 512 MiB, thirty 1920
        halved = toy(Hungry(dropout=0.0)).measure(asked)
    assert (whole.status, whole.micro_batch_tokens) == ("ok", None)
    assert halved.status == "ok", halved.message
    assert halved.micro_batch_tokens is not None
    assert halved.loss_per_byte == pytest.approx(whole.loss_per_byte, rel=1e-3)


def test_what_does_not_fit_at_one_example_says_what_it_had() -> None:
    with only(40 * 2**20):
        observation = toy(Hungry()).measure(ask(20, device=GPU))
    assert observation.status in ("does-not-fit", "out-of-memory"), "the latter where others hold some of this GPU"
    assert observation.message.startswith("needs more than the ")
    assert " allocated (measured) when it failed " in observation.message


def test_a_training_step_waits_for_nothing() -> None:
    class Unhurried(ToyAdapter):
        """Predicts from the last byte alone; selects no rows by a mask, which would wait for their number."""

        def __init__(self) -> None:
            super().__init__()
            self.module = torch.nn.Linear(259, 259)

        def loss(self, batch: dict[str, Any]) -> Any:  # noqa: ANN401
            ids = batch["ids"]
            one_hot = (ids[:, :-1, None] == torch.arange(259, device=ids.device)).float()
            each = cross_entropy(self.module(one_hot).flatten(0, 1), ids[:, 1:].flatten(), reduction="none")
            return (each * batch["is_target"][:, 1:].flatten()).sum()

    device = resolve_device(GPU)
    make_repeatable(device)
    adapter = Unhurried()
    adapter.module.to(GPU).train()
    examples = [adapter.encode(each, max_input_tokens=100, max_target_tokens=50) for each in ToyTask().train(32, 0)]
    run = Run(
        recipe=replace(QUICK, micro_batch_tokens=200),
        learning_rate=0.01,
        batch_size=32,
        seed=0,
        device=device,
        precision="fp32",
    )
    trainer = Trainer(adapter, run, n_steps=50)
    trainer.step(examples)  # makes what is made once
    with warnings.catch_warnings(action="ignore", category=UserWarning):  # that it is a prototype
        torch.cuda.set_sync_debug_mode("error")
    try:
        for _ in range(5):
            trainer.step(examples)
    finally:
        torch.cuda.set_sync_debug_mode("default")
    trainer.require_finite()


def test_every_chosen_gpu_has_its_worker(tmp_path: Path) -> None:
    names = [f"cuda:{n}" for n in range(min(2, torch.cuda.device_count()))]
    catalog = Catalog(load_plugins())
    task = catalog.open_task("package-synopsis", TaskOptions())
    model = catalog.models["tiny/gpt2-0.4m"].entry
    asked = replace(
        request(build_checkpoint("gpt2", tmp_path / "gpt2")),
        model=model,
        folder=model.checkpoint,
        task=task.spec,
        task_fingerprint=task.fingerprint,
    )
    executor = LocalExecutor(slots=len(names), log_dir=tmp_path, devices=names)
    try:
        with ThreadPoolExecutor(len(names)) as pool:
            observations = list(pool.map(lambda _: executor.run(asked, lambda _: None), names))
    finally:
        executor.close()
    assert [(each.status, each.message) for each in observations] == [("ok", "")] * len(names)
    assert len({each.loss_per_token for each in observations}) == 1, "bitwise"
