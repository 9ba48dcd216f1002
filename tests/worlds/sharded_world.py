"""Models that a team of processes trains on the toy task, and the same ones trained by a process alone."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from audition.plugins.files import read_plugins
from audition.testing.checkpoints import Kind, build_checkpoint
from audition_plugins.executors.local import LocalExecutor
from worlds import faulty_processes
from worlds.model_requests import ask_model, load_candidate, recipe

if TYPE_CHECKING:
    from pathlib import Path

    from audition.types import MeasurementRequest, Observation

#: of five rows, two processes are dealt three and two, of the last batch one and none, of nine to score five and four;
#: a forward pass takes two, so that one process idles while the other goes on. Some gradients are clipped, some are not
UNEVEN: dict[str, Any] = {
    "batch_sizes": (5,),
    "n_validation": 9,
    "n_test": 9,
    "micro_batch_tokens": 64,
    "max_grad_norm": 3.0,
}
N_SAMPLES = 26


@dataclass
class World:
    """A folder of checkpoints, and workers with one slot: they start when they are first asked, and stay."""

    folder: Path

    def __post_init__(self) -> None:
        plugins = tuple(file for file, _ in read_plugins([faulty_processes.__file__]))
        self.executor = LocalExecutor(slots=1, log_dir=self.folder / "logs", timeout=300, plugins=plugins)

    def ask(
        self,
        kind: Kind = "gpt2",
        *,
        n_samples: int = N_SAMPLES,
        fault: str | None = None,
        **fields: Any,  # noqa: ANN401
    ) -> MeasurementRequest:
        """Return a request of one process, for a model without dropout; a fault's has a folder of its own."""
        checkpoint = build_still_checkpoint(kind, self.folder / (fault or kind))
        asked = ask_model(checkpoint, n_samples, recipe(**{**UNEVEN, **fields}))
        return asked if fault is None else replace(asked, model=replace(asked.model, adapter=fault))

    def alone(self, asked: MeasurementRequest) -> Observation:
        """Measure in this process."""
        return load_candidate(asked).measure(asked)

    def together(self, asked: MeasurementRequest, *, n_shards: int = 2) -> Observation:
        """Measure in as many processes."""
        return self.executor.run(in_team(asked, n_shards), lambda _: None)


def in_team(asked: MeasurementRequest, n_shards: int = 2) -> MeasurementRequest:
    return replace(asked, recipe=replace(asked.recipe, n_shards=n_shards))


def build_still_checkpoint(kind: Kind, folder: Path) -> Path:
    """Write a checkpoint that draws no noise in training: each process of a team draws its own."""
    if not folder.exists():
        config = build_checkpoint(kind, folder) / "config.json"
        values = json.loads(config.read_text())
        noise = {name: 0.0 for name in values if "drop" in name or "jitter" in name}
        config.write_text(json.dumps({**values, **noise}))
    return folder
