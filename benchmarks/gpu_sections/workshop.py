"""Where the check measures: real requests, real workers, one clock."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from audition.checkpoints import resolve
from audition.memory import estimate_memory, largest_micro_batch
from audition.text.sizes import format_bytes
from audition.training.devices.finding import resolve_precision
from audition.types import MeasurementRequest, Recipe
from audition_plugins.executors.local import LocalExecutor

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from audition.plugins.catalog import Catalog
    from audition.training.devices.device import Device
    from audition.types import ModelSpec, Observation
    from audition.types.protocols import TaskLoader

RECIPE = Recipe(
    name="gpu-check", precision="fp32", learning_rates=(1e-3,), batch_sizes=(16,), epochs=1, n_validation=64, n_test=128
)


@dataclass(slots=True)
class Section:
    """One part of the report."""

    title: str
    rows: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)  #: what is not as it must be; any makes the check fail


@dataclass(frozen=True)
class Workshop:
    """A device, the zoo, a task, and the time that is left."""

    device: Device
    devices: tuple[Device, ...]  #: all that were chosen
    catalog: Catalog
    task: TaskLoader
    folder: Path  #: for logs and checkpoints
    deadline: float  #: of `time.monotonic`

    @property
    def is_rehearsal(self) -> bool:
        """Return whether it runs on a CPU, to see that it runs at all."""
        return not self.device.is_cuda

    @property
    def seconds_left(self) -> float:
        """Return the seconds until the check must be over, at least one."""
        return max(1.0, self.deadline - time.monotonic())

    def request(
        self, model: ModelSpec, recipe: Recipe = RECIPE, *, n_samples: int = 64, device: str | None = None
    ) -> MeasurementRequest:
        """Return the request to fine-tune `model` on so many examples of the task."""
        return MeasurementRequest(
            key="",
            model=model,
            folder=str(resolve(model).folder),
            task=self.task.spec,
            task_fingerprint=self.task.fingerprint,
            n_samples=n_samples,
            seed=0,
            recipe=recipe,
            device=device or self.device.name,
        )

    def measure(
        self, requests: Sequence[MeasurementRequest], *, slots: int = 1, devices: Sequence[str] = ()
    ) -> list[Observation]:
        """Return the outcome of each request, from workers that end with this call."""
        executor = LocalExecutor(
            slots=slots,
            log_dir=self.folder / f"workers-{time.monotonic_ns()}",
            timeout=self.seconds_left,
            devices=devices,
        )
        try:
            with ThreadPoolExecutor(slots) as pool:
                return list(pool.map(lambda request: executor.run(request, lambda _: None), requests))
        finally:
            executor.close()

    def estimated(self, request: MeasurementRequest) -> int | None:
        """Return the planner's estimate of what torch's allocator holds at the peak: without the CUDA context."""
        from transformers import AutoTokenizer

        read: Any = AutoTokenizer.from_pretrained(request.folder)
        examples = self.task.train(request.n_samples, request.seed)
        found = estimate_memory(
            request.model,
            request.recipe,
            precision=resolve_precision(request.recipe.precision, self.device),
            micro_batch=largest_micro_batch(
                request.recipe, [(len(read(e.input)["input_ids"]), len(read(e.target)["input_ids"])) for e in examples]
            ),
            is_cuda=self.device.is_cuda,
        )
        return None if found is None else found.tensors


def size(n_bytes: int | None) -> str:
    """Return bytes as people read them; "–" where they are unknown."""
    return "–" if n_bytes is None else format_bytes(n_bytes)


def relative(one: float | None, other: float | None) -> float | None:
    """Return how far two losses are apart, as a share of the second."""
    return None if one is None or other is None else abs(one - other) / abs(other)


def scientific(value: float | None) -> str:
    """Return a small number with two digits; "–" where it is unknown."""
    return "–" if value is None else f"{value:.1e}"


def loss(observation: Observation) -> str:
    """Return the loss per token, or why there is none."""
    if observation.loss_per_token is None:
        return f"{observation.status}: {observation.message}"
    return f"{observation.loss_per_token:.5f}"
