"""What a plugin implements, and what the core gives it. Structural types: nothing to inherit from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, runtime_checkable

from audition.types.lazy import LazyModule
from audition.types.measurements import LossUnit, Observation, Point
from audition.types.models import ModelSpec
from audition.types.requests import Calibration, MeasurementRequest, Progress
from audition.types.results.rankings import Ranking
from audition.types.results.reports import Report
from audition.types.tasks import Example, TaskSpec

if TYPE_CHECKING:
    import numpy as np
else:
    np = LazyModule("numpy")  # a listing does not need it

T = TypeVar("T")


@runtime_checkable
class SelectionProblem(Protocol):
    """A task, its candidates and a budget, as a selector sees them. `measure` is the only door to a loss."""

    @property
    def candidates(self) -> tuple[ModelSpec, ...]:
        """Return the models to rank."""

    @property
    def sizes(self) -> tuple[int, ...]:
        """Return the subset sizes that may be measured, largest first; 0 (zero-shot) may be measured too."""

    def sizes_of(self, model: str) -> tuple[int, ...]:
        """Return the sizes that `model` has within the budget, largest first; others than `sizes` in some recordings.

        At a size of `sizes` that it lacks, and at 0 where its zero-shot loss was not recorded, its observation has
        status "not-recorded" and no loss.
        """

    @property
    def d_full(self) -> int:
        """Return the size of the full training set, at which the loss is to be predicted."""

    @property
    def loss_unit(self) -> LossUnit:
        """Return the unit of every `observation.loss` of this problem."""

    def measure(self, points: Iterable[Point]) -> tuple[Observation, ...]:
        """Return one observation a point, in order; blocks, is thread-safe, repeats are free.

        A failed measurement comes back with a `status` other than "ok" and no loss.

        Raises:
            BudgetExceeded: the budget does not pay for the points; nothing of this call was measured.
        """

    def for_each(self, function: Callable[[ModelSpec], T]) -> tuple[T, ...]:
        """Return `function(candidate)` for every candidate, in order, on as many threads as the executor has slots."""


@runtime_checkable
class Selector(Protocol):
    """Turns observations into a ranking. Constructors store; `select` works.

    Two things a selector may declare besides, for the plan of a live selection: `min_sizes: int`, without which it
    makes no sense to start, and `plan(sizes) -> sizes`, which it may ask of every candidate, at most (default: all).
    With `so_far(problem, observations) -> Ranking` it answers by what has been measured when somebody presses Ctrl-C,
    or when a limit on everything together ends it. With `paces_itself = True` it decides itself how far such a limit
    goes; others are given the largest sizes for which the limit pays all that they may ask. With `stops_early = True`
    it may ask for less than it plans, and progress says "at most".
    """

    def select(self, problem: SelectionProblem, rng: np.random.Generator) -> Ranking:
        """Return every candidate exactly once, scored or with a null score."""


@runtime_checkable
class TaskLoader(Protocol):
    """An opened task: fixed, disjoint splits; nested, seeded training subsets."""

    @property
    def spec(self) -> TaskSpec:
        """Return what the task is, sizes filled in."""

    @property
    def fingerprint(self) -> str:
        """Return a hash of everything the examples depend on: data, columns, prompt, split rule."""

    def train(self, n_samples: int, seed: int) -> Sequence[Example]:
        """Return the first `n_samples` of the training split in the order that `seed` fixes: subsets are nested."""

    def validation(self, n_samples: int | None = None) -> Sequence[Example]:
        """Return the first `n_samples` validation examples, or all."""

    def test(self, n_samples: int | None = None) -> Sequence[Example]:
        """Return the first `n_samples` test examples, or all."""


class ModelAdapter(Protocol):
    """A loaded model: tokenises, computes its loss, generates. One per family of architectures."""

    module: Any  #: torch.nn.Module, float32, on the CPU until the loop moves it
    tokenizer: Any  #: transformers.PreTrainedTokenizerBase

    def encode(self, example: Example, *, max_input_tokens: int, max_target_tokens: int | None) -> Encoded:
        """Tokenise one pair; `max_target_tokens=None` never truncates the target (the test split)."""

    def collate(self, batch: Sequence[Encoded]) -> dict[str, Any]:
        """Return padded tensors for one forward pass, shape (len(batch), longest)."""

    def loss(self, batch: dict[str, Any]) -> Any:  # noqa: ANN401 - a torch tensor; torch is not imported here
        """Return Σ negative log-likelihood of the target tokens in nats, a scalar that gradients flow through."""

    def generate(self, examples: Sequence[Example], *, max_input_tokens: int, max_new_tokens: int) -> list[str]:
        """Return one greedy continuation an example."""

    def save(self, folder: Path) -> None:
        """Write weights (safetensors), configuration and tokeniser to `folder`."""


class Encoded(Protocol):
    """One tokenised pair: what `collate` needs, and what bucketing and the loss count."""

    @property
    def n_tokens(self) -> int:
        """Return the number of tokens the model will see, input and target."""

    @property
    def n_target_tokens(self) -> int:
        """Return the number of tokens in the loss, end of sequence included."""

    @property
    def is_truncated(self) -> bool:
        """Return whether input or target lost tokens."""


@runtime_checkable
class Executor(Protocol):
    """Runs measurements somewhere: in this process, in child processes, on a cluster."""

    @property
    def slots(self) -> int:
        """Return how many measurements run at once."""

    def run(self, request: MeasurementRequest, on_progress: Callable[[Progress], None]) -> Observation:
        """Return the outcome of one request; blocks, is thread-safe, never raises for a failed fine-tuning."""

    def calibrate(self, request: MeasurementRequest) -> Calibration | None:
        """Return how fast the request's model is here, or None if that cannot be told."""

    def close(self) -> None:
        """End all workers at once; running requests are abandoned."""


class Logger(Protocol):
    """A tracker of experiments: one run a selection or fine-tuning. Whatever it raises is a warning, and ends it."""

    def start(self, name: str, parameters: Mapping[str, str]) -> None:
        """Begin a run; `parameters` are what was asked."""

    def measured(self, observation: Observation) -> None:
        """Log a measurement, made now, known from the ledger or recorded; `loss` is in the selection's unit."""

    def selected(self, report: Report) -> None:
        """Log ranking and recommendation."""

    def finetuned(self, observation: Observation, evaluation: Mapping[str, Any]) -> None:
        """Log a fine-tuned model; `evaluation` is what `evaluation.json` holds."""

    def end(self, *, is_ok: bool) -> None:
        """End the run, which may have failed."""
