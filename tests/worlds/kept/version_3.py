"""A plugin with every hook of version 3, as somebody wrote it then. Never edited: it must load for ever."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from audition import hookimpl
from audition.types import (
    AdapterEntry,
    Cost,
    Example,
    ExecutorEntry,
    LoggerEntry,
    LossCurve,
    ModelShape,
    ModelSpec,
    ObjectiveEntry,
    Observation,
    Point,
    Ranking,
    ReproductionEntry,
    Score,
    SelectorEntry,
    TaskEntry,
    TaskSpec,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    import numpy as np

    from audition.catalog import Catalog
    from audition.protocols import SelectionProblem
    from audition.selection import Report
    from audition.training.request import Calibration, MeasurementRequest, Progress
    from audition.types import TaskOptions

HEARD: list[object] = []
NAMES = ("kept/a", "kept/b", "kept/c")
SIZES = (50, 100, 200, 400)


def loss_of(model: str, n_samples: int) -> float:
    """Return a power law a model; the last name is best."""
    return (5 - NAMES.index(model)) * math.exp(-0.2 * math.log(1 + n_samples))


# an adapter, a model, a task -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Pair:
    ids: list[int]
    n_target_tokens: int
    is_truncated: bool

    @property
    def n_tokens(self) -> int:
        return len(self.ids)


class Bytes:
    unk_token_id = None
    unk_token = None
    eos_token_id = 0

    def __call__(self, text: Any, **options: object) -> dict[str, Any]:  # noqa: ANN401 - one text or several
        return {"input_ids": list(text.encode()) if isinstance(text, str) else [list(one.encode()) for one in text]}

    def decode(self, ids: Iterable[int], **options: object) -> str:
        return bytes(each for each in ids if each).decode(errors="replace")

    def batch_decode(self, rows: Iterable[Iterable[int]], **options: object) -> list[str]:
        return [self.decode(row) for row in rows]


class Bigrams:
    """Predicts a byte from the one before. 0 ends a text and pads a batch."""

    def __init__(self) -> None:
        import torch

        self.module: Any = torch.nn.Embedding(256, 256)
        torch.nn.init.zeros_(self.module.weight)
        self.tokenizer: Any = Bytes()

    def encode(self, example: Example, *, max_input_tokens: int, max_target_tokens: int | None) -> Pair:
        source, target = list(example.input.encode()), [*example.target.encode(), 0]
        kept, cut = source[:max_input_tokens], target[:max_target_tokens]
        is_truncated = (kept, cut) != (source, target)
        return Pair(ids=[0, *kept, *cut], n_target_tokens=len(cut), is_truncated=is_truncated)

    def collate(self, batch: Sequence[Any]) -> dict[str, Any]:
        import torch

        longest = max(pair.n_tokens for pair in batch)
        ids = torch.zeros((len(batch), longest), dtype=torch.long)
        labels = torch.full((len(batch), longest), -100)
        for row, pair in enumerate(batch):
            ids[row, : pair.n_tokens] = torch.tensor(pair.ids)
            labels[row, pair.n_tokens - pair.n_target_tokens : pair.n_tokens] = torch.tensor(
                pair.ids[-pair.n_target_tokens :]
            )
        return {"ids": ids, "labels": labels}

    def loss(self, batch: dict[str, Any]) -> Any:  # noqa: ANN401 - a tensor
        import torch

        logits = self.module(batch["ids"][:, :-1])
        return torch.nn.functional.cross_entropy(
            logits.flatten(0, 1).float(), batch["labels"][:, 1:].flatten(), reduction="sum"
        )

    def generate(self, examples: Sequence[Example], *, max_input_tokens: int, max_new_tokens: int) -> list[str]:
        return ["" for _ in examples]

    def save(self, folder: Path) -> None:
        import torch

        torch.save(self.module.state_dict(), folder / "weights.pt")


def load(spec: ModelSpec, folder: str) -> Bigrams:
    return Bigrams()


class Successors:
    """The number after a number."""

    def __init__(self) -> None:
        pairs = [Example(input=f"{n} then ", target=f"{n + 1}") for n in range(500)]
        self._train, self._validation, self._test = pairs[:460], pairs[460:480], pairs[480:]

    @property
    def spec(self) -> TaskSpec:
        return replace(TASK, n_train=460, n_validation=20, n_test=20)

    @property
    def fingerprint(self) -> str:
        return "kept-1"

    def train(self, n_samples: int, seed: int) -> Sequence[Example]:
        start = 7 * seed % 460
        return [*self._train[start:], *self._train[:start]][:n_samples]

    def validation(self, n_samples: int | None = None) -> Sequence[Example]:
        return self._validation[:n_samples]

    def test(self, n_samples: int | None = None) -> Sequence[Example]:
        return self._test[:n_samples]


TASK = TaskSpec(name="kept/successors", description="the number after a number", default_recipe="quick", min_size=50)


def open_task(name: str, options: TaskOptions) -> Successors:
    return Successors()


# a selector, an executor, a reproduction -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Largest:
    """Ranks by the loss at the largest size that may be measured, plus `handicap`; says how far off it may be."""

    handicap: float = 0.0

    def plan(self, sizes: tuple[int, ...]) -> tuple[int, ...]:
        return sizes[:1]

    def select(self, problem: SelectionProblem, rng: np.random.Generator) -> Ranking:
        def measure(candidate: ModelSpec) -> Observation:
            (observation,) = problem.measure([Point(candidate.name, problem.sizes[0])])
            return observation

        return self.so_far(problem, problem.for_each(measure))

    def so_far(self, problem: SelectionProblem, observations: Iterable[Observation]) -> Ranking:
        seen = {observation.model: observation for observation in observations}
        return Ranking.from_scores(self.score(candidate, seen.get(candidate.name)) for candidate in problem.candidates)

    def score(self, candidate: ModelSpec, observation: Observation | None) -> Score:
        if observation is None:
            return Score(model=candidate.name, score=None)
        loss = observation.loss
        return Score(
            model=candidate.name,
            score=None if loss is None else -loss - self.handicap,
            predicted_loss=loss,
            status=observation.status,
            interval=None if loss is None else (0.9 * loss, 1.1 * loss),
            error_one_back=0.01,
        )


class Formula:
    """Answers from a formula, in this process."""

    def __init__(self, *, slots: int = 1, log_dir: Path | None = None, timeout: float | None = None) -> None:
        self.slots = slots

    def run(self, request: MeasurementRequest, on_progress: Callable[[Progress], None]) -> Observation:
        loss = loss_of(request.model.name, request.n_samples)
        return Observation(
            model=request.model.name,
            task=request.task.name,
            n_samples=request.n_samples,
            loss_per_token=loss,
            loss_per_byte=loss / math.e,
            seeds=(request.seed,),
            learning_rate=0.1,
            tried=((0.03, 2.0), (0.1, 1.0)),
            cost=Cost(n_samples=request.n_samples, samples_processed=request.n_samples, flops=1.0, seconds=1.0),
        )

    def calibrate(self, request: MeasurementRequest) -> Calibration | None:
        return None

    def close(self) -> None:
        HEARD.append("closed")


def reproduce(catalog: Catalog) -> Mapping[str, str]:
    return {"kept.md": f"{len(catalog.curves(TASK.name))} curves\n"}


# the hooks -----------------------------------------------------------------------------------------------------------


class Remembers:
    def __init__(self) -> None:
        self.told: list[object] = []

    def start(self, name: str, parameters: Mapping[str, str]) -> None:
        self.told.append((name, parameters))

    def measured(self, observation: Observation) -> None:
        self.told.append(observation)

    def selected(self, report: Report) -> None:
        self.told.append(report)

    def finetuned(self, observation: Observation, evaluation: Mapping[str, Any]) -> None:
        self.told.append((observation, evaluation))

    def end(self, *, is_ok: bool) -> None:
        self.told.append(is_ok)


@hookimpl
def audition_adapters() -> Iterable[AdapterEntry]:
    return [AdapterEntry(name="kept", model_types=("kept",), load=load)]


@hookimpl
def audition_models() -> Iterable[ModelSpec]:
    for name in NAMES:
        yield ModelSpec(
            name=name,
            family="kept",
            adapter="kept",
            checkpoint=str(Path(name).absolute()),
            architecture="decoder-only",
            licence="MIT",
            n_params=65_536,
            shape=ModelShape(n_layers=1, d_model=256, n_heads=1, d_head=256, d_ff=256, n_vocab=256),
            download_bytes=0,
        )


@hookimpl
def audition_tasks() -> Iterable[TaskEntry]:
    return (TaskEntry(name=TASK.name, open=open_task, spec=TASK),)


@hookimpl
def audition_selectors() -> Iterable[SelectorEntry]:
    yield SelectorEntry(name="kept-largest", make=Largest, summary="loss at the largest size", aliases=("KeptLargest",))


@hookimpl
def audition_executors() -> Iterable[ExecutorEntry]:
    yield ExecutorEntry(name="kept-formula", make=Formula, summary="a formula")


@hookimpl
def audition_objectives() -> Iterable[ObjectiveEntry]:
    yield ObjectiveEntry(name="kept", score=lambda got, wanted: 100.0 * (len(got) == len(wanted)), summary="counts")


@hookimpl
def audition_loggers() -> Iterable[LoggerEntry]:
    yield LoggerEntry(name="kept", make=Remembers, summary="remembers")


@hookimpl
def audition_curves(task: str) -> Iterable[LossCurve]:
    if task != TASK.name:
        return []
    return [
        LossCurve(
            model=name,
            task=task,
            loss_unit="nats/token",
            n_samples=(0, *SIZES),
            loss=tuple(loss_of(name, n_samples) for n_samples in (0, *SIZES)),
            source="a formula",
        )
        for name in NAMES
    ]


@hookimpl
def audition_reproductions() -> Iterable[ReproductionEntry]:
    yield ReproductionEntry(name="kept", make=reproduce, summary="a page")


@hookimpl
def audition_measured(observation: Observation) -> None:
    HEARD.append(observation)


@hookimpl
def audition_selected(report: Report) -> None:
    HEARD.append(report)
