"""Loss curves and the measurements that they are made of."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from audition.types.costs import Cost

#: "error": 1 − the objective of the selection, such as ROUGE-L as a share of 1; smaller is better, as of a loss
LossUnit = Literal["nats/token", "nats/byte", "error"]
Source = Literal["live", "recorded"]
#: "does-not-fit": not at one example a forward pass either; "out-of-memory": neither, while others held GPU memory
#: "refused": the model's template, tokeniser or checkpoint cannot take the task's rows; nothing was tried
#: "not-recorded": a recorded curve has no such size; nothing failed
Status = Literal[
    "ok",
    "out-of-memory",
    "not-finite",
    "crashed",
    "timed-out",
    "does-not-fit",
    "lossy-tokeniser",
    "refused",
    "not-recorded",
]


class Point(NamedTuple):
    """What a selector asks for: the loss of `model` fine-tuned on `n_samples` examples (0: zero-shot)."""

    model: str
    n_samples: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """The test loss of one model fine-tuned on `n_samples` examples of one task, with its cost."""

    model: str
    task: str
    n_samples: int
    status: Status = "ok"
    loss: float | None = None  #: in the problem's loss unit; None unless `status` is ok
    loss_per_token: float | None = None  #: nats per target token, end of sequence included
    loss_per_byte: float | None = None  #: nats per UTF-8 byte of the raw targets
    error: float | None = None  #: 1 − the objective on the test split, above 0; None: none was asked for
    metrics: tuple[tuple[str, float], ...] = ()  #: of the test split, by name, 0 to 100, higher is better
    seeds: tuple[int, ...] = ()  #: the loss is the mean over these; empty for a recorded curve
    spread: float | None = None  #: standard deviation of the loss over seeds (ddof = 1); None with one seed
    cost: Cost = Cost()  # noqa: RUF009 - frozen
    learning_rate: float | None = None  #: chosen on validation
    batch_size: int | None = None  #: chosen on validation
    epochs: float | None = None  #: of the best weights
    tried: tuple[tuple[float, float], ...] = ()  #: learning rates that were tried, each with its lowest validation loss
    validation_loss: float | None = None  #: nats per token of the best weights
    memory_bytes: int | None = None  #: measured peak: allocated on CUDA, of the process on CPU
    memory_reserved_bytes: int | None = None  #: measured peak that CUDA's allocator held; None on a CPU
    memory_estimate_bytes: int | None = None  #: the planner's estimate of the same, for this request; None: unknown
    micro_batch_tokens: int | None = None  #: of the forward passes that fitted; None: the recipe's own
    device_kind: str | None = None  #: where it was measured: "cpu" or the GPU's model name; None: unknown
    wall_seconds: float | None = None  #: from begin to end; `cost.seconds` are those of the device; None: unknown
    method: str | None = None  #: what decides memory besides the model, such as "full bf16"; None: unknown
    source: Source = "live"
    message: str = ""  #: why it failed, in one line

    def in_unit(self, unit: LossUnit) -> Observation:
        """Return this observation with `loss` in `unit`."""
        losses = {"nats/byte": self.loss_per_byte, "nats/token": self.loss_per_token, "error": self.error}
        return replace(self, loss=losses[unit])


@dataclass(frozen=True, slots=True, kw_only=True)
class LossCurve:
    """The recorded losses of one model on one task, for replay."""

    model: str
    task: str
    loss_unit: LossUnit
    n_samples: tuple[int, ...]  #: shape (n,), ascending; 0 = zero-shot
    loss: tuple[float, ...]  #: shape (n,)
    source: str  #: where it comes from, for the receipt
