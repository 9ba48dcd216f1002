"""What the core sends to a worker, and what the worker says while it works. Torch-free, and plain data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from audition.training.recipe import Recipe
    from audition.types import ModelSpec, TaskSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasurementRequest:
    """One fine-tuning to do, with everything that changes its number resolved."""

    key: str  #: hash of all the rest that counts; identifies the measurement in the ledger
    model: ModelSpec
    folder: str  #: local folder of the checkpoint
    task: TaskSpec  #: `task.name` and `task.options` open it again
    task_fingerprint: str
    n_samples: int  #: training examples; 0 measures the zero-shot loss
    seed: int  #: fixes the subset, its order and the training
    recipe: Recipe
    device: str  #: "cpu", "cuda", "cuda:1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Where a running measurement stands."""

    model: str
    n_samples: int
    stage: Literal["loading", "training", "evaluating"]
    done: int  #: steps of this stage
    total: int
