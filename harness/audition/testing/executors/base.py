"""What the checks of an executor share: toys to fine-tune, workers that know them, and executors that are closed."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from audition.testing.toy.misbehaving import NAME, RELEASED, TASK, Behaviour, build_misbehaving_checkpoint
from audition.types import ExecutorEntry, MeasurementRequest, Observation, Recipe
from audition.types.protocols import Executor

RECIPE = Recipe(
    name="toy", learning_rates=(0.01,), batch_sizes=(8,), epochs=1, precision="fp32", n_validation=8, n_test=8
)


class ExecutorChecks:
    """An executor under test."""

    options: Mapping[str, Any] = {}  #: for `entry.make`, besides `slots`
    patience = 60.0  #: seconds after which whatever should have ended is held to hang

    @pytest.fixture
    def entry(self) -> ExecutorEntry:
        """Return the executor under test."""
        raise NotImplementedError("give the executor under test: a fixture 'entry' that returns its ExecutorEntry")

    @pytest.fixture(autouse=True)
    def _workers_know_the_toys(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Install the plugin of misbehaving models for every process that is started from here."""
        site = tmp_path / "site"
        info = site / "audition_misbehaving-1.0.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text("Metadata-Version: 2.4\nName: audition-misbehaving\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[audition]\n{NAME} = audition.testing.toy.misbehaving\n")
        monkeypatch.syspath_prepend(str(site))
        folders = [str(site), *filter(None, [os.environ.get("PYTHONPATH")])]
        monkeypatch.setenv("PYTHONPATH", os.pathsep.join(folders))

    @pytest.fixture
    def checkpoints(self, tmp_path: Path) -> Iterator[Path]:
        """Return the folder of the models; those that hang are released in the end."""
        folder = tmp_path / "checkpoints"
        folder.mkdir()
        yield folder
        for checkpoint in folder.iterdir():
            (checkpoint / RELEASED).touch()

    @contextmanager
    def made(self, entry: ExecutorEntry, *, slots: int = 1, **options: object) -> Iterator[Executor]:
        """Make an executor, and close it in the end."""
        executor = entry.make(slots=slots, **{**self.options, **options})
        try:
            yield executor
        finally:
            executor.close()

    def request(
        self, folder: Path, behaviour: Behaviour = "good", *, n_samples: int = 16, **script: object
    ) -> MeasurementRequest:
        """Return the request to fine-tune a model that behaves so; the same `folder` is the same model."""
        model = build_misbehaving_checkpoint(folder, behaviour, patience=self.patience, **script)
        return MeasurementRequest(
            key=f"{folder.name}-{n_samples}",
            model=model,
            folder=model.checkpoint,
            task=TASK.spec,
            task_fingerprint=TASK.fingerprint,
            n_samples=n_samples,
            seed=0,
            recipe=RECIPE,
            device="cpu",
        )


def run(executor: Executor, request: MeasurementRequest) -> Observation:
    """Return the outcome of one request, whatever its progress."""
    return executor.run(request, lambda _: None)


def run_all(executor: Executor, requests: Sequence[MeasurementRequest]) -> list[Observation]:
    """Return the outcomes of requests that are made at the same time, in order."""
    with ThreadPoolExecutor(len(requests)) as pool:
        return list(pool.map(lambda request: run(executor, request), requests))


def numbers(observation: Observation) -> Observation:
    """Return what must repeat: everything but time and memory."""
    return replace(
        observation,
        cost=replace(observation.cost, seconds=0.0),
        wall_seconds=None,
        memory_bytes=None,
        memory_reserved_bytes=None,
        memory_estimate_bytes=None,
    )


def said(observation: Observation) -> str:
    """Return the outcome in few words."""
    return f"{observation.status}: {observation.message}" if observation.message else observation.status
