"""What the core sends to a worker, and what the worker says while it works. Torch-free, and plain data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from audition.types.models import ModelSpec
from audition.types.recipes import Recipe
from audition.types.tasks import TaskSpec

# imported at run time: audition.text.codec rebuilds a request from its annotations

EVALUATION = "evaluation.json"  #: written beside a fine-tuned model


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
    device: str  #: "cpu", "cuda:0"; for a recipe with n_shards, that many GPUs: "cuda:0,cuda:1"
    memory_bytes: int | None = None  #: estimated need on a device that others share; None: unknown
    rank_lossy: bool = False  #: measure even if the tokeniser cannot give the task's targets back
    save_to: str | None = None  #: folder that gets the fine-tuned model; None: only its loss counts
    objective: str | None = None  #: to measure on the test split, beside the loss; None: the loss alone
    metric: str | None = None  #: of what a fine-tuned model generates; None: the task's, or one that sees its script


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """How to go about a candidate, as earlier attempts at it have taught. Changes no loss, but for rounding."""

    fitted: int | None = None  #: tokens of a forward pass, since more did not fit; None: nobody knows
    is_strict: bool = True  #: let operations without a deterministic kernel raise; False: one has, let them warn

    def after(self, other: Attempt) -> Attempt:
        """Return what is known after another attempt has taught something, too."""
        return Attempt(fitted=other.fitted or self.fitted, is_strict=self.is_strict and other.is_strict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Where a running measurement stands."""

    model: str
    n_samples: int
    stage: Literal["loading", "training", "evaluating"]
    done: int  #: steps of this stage
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """How fast one model is, from one training step and one evaluation batch of the task.

    Seconds are of devices: a team of two that takes one second has spent two.
    """

    tokens_per_example: float  #: input and target, mean
    seconds_per_training_token: float
    seconds_per_evaluated_token: float
