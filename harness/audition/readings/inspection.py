"""What is in a task, and what a selection could do with it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from audition.budgets.ladder import ladder
from audition.errors import UsageError
from audition.readings.readings import SAMPLE, Readings
from audition.tasks.reading import HasReadReport

if TYPE_CHECKING:
    from collections.abc import Sequence

    from audition.tasks.reading import ReadReport
    from audition.types import Example, ModelSpec, Recipe, TaskSpec
    from audition.types.protocols import TaskLoader

RATIOS = tuple(Fraction(1, 2**power) for power in range(3, 10))  #: the paper's: 1/8 … 1/512


@dataclass(frozen=True, slots=True, kw_only=True)
class Lengths:
    """Percentiles of a length over the sampled rows."""

    of: str  #: "input" or "target"
    unit: str  #: "words", "bytes", or "tokens of MODEL"
    median: int
    p90: int
    p99: int
    longest: int

    @classmethod
    def of_counts(cls, of: str, unit: str, counts: Sequence[int]) -> Lengths:
        """Return the percentiles of `counts`, shape (n,): each a length that occurs."""
        median, p90, p99, longest = np.percentile(counts, (50, 90, 99, 100), method="inverted_cdf")
        return cls(of=of, unit=unit, median=int(median), p90=int(p90), p99=int(p99), longest=int(longest))


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenisedTask:
    """A task as one model reads it. Shares are of the sampled rows, measured."""

    model: str
    lengths: tuple[Lengths, ...]
    truncated_inputs: float  #: of the sampled inputs: those that the recipe would cut
    truncated_targets: float  #: of the sampled targets: those that it would cut for training
    lossy_targets: float  #: of the test targets: those that the tokeniser cannot give back
    is_lossy: bool  #: too many of them: a selection would not rank the model
    n_refused: int = 0  #: rows that the model cannot take: a selection would not try it
    remarks: tuple[str, ...] = ()  #: why not, and what else is done to the rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What a selection would measure at one ratio."""

    ratio: Fraction
    sizes: tuple[int, ...]  #: largest first
    is_enough: bool  #: for a selector that fits curves: k + 1 sizes


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """Everything that `audition tasks check` tells."""

    task: TaskSpec
    report: ReadReport | None  #: None: the task was not read from somebody's rows
    examples: tuple[Example, ...]
    n_sampled: int  #: training rows that lengths and shares are taken from
    lengths: tuple[Lengths, ...]
    models: tuple[TokenisedTask, ...]
    absent: tuple[str, ...]  #: models without a tokeniser on this machine
    max_input_tokens: int  #: of the recipe
    max_target_tokens: int
    min_size: int  #: smallest subset
    reach: tuple[Reach, ...]


def inspect(
    task: TaskLoader, recipe: Recipe, models: Sequence[ModelSpec], *, n_sizes: int, min_size: int | None = None
) -> Inspection:
    """Return what is in `task`. Only tokenisers that are on this machine are tried; nothing is downloaded.

    Args:
        task: opened.
        recipe: tells what would be truncated.
        models: whose tokenisers to try.
        n_sizes: subset sizes that a selector wants.
        min_size: smallest subset; None: the task's.
    """
    smallest = min_size or task.spec.min_size
    d_full = task.spec.n_train or 0
    examples = list(task.train(min(SAMPLE, d_full), seed=0))
    readings = Readings(task, recipe)
    read = {model.name: tokenise(model, readings, examples) for model in models}
    return Inspection(
        task=task.spec,
        report=task.report if isinstance(task, HasReadReport) else None,
        examples=tuple(examples[:3]),
        n_sampled=len(examples),
        lengths=text_lengths(examples),
        models=tuple(found for found in read.values() if found),
        absent=tuple(name for name, found in read.items() if found is None),
        max_input_tokens=recipe.max_input_tokens,
        max_target_tokens=recipe.max_target_tokens,
        min_size=smallest,
        reach=reach(d_full, smallest, n_sizes),
    )


def text_lengths(examples: Sequence[Example]) -> tuple[Lengths, ...]:
    """Return words and UTF-8 bytes of inputs and targets."""
    counted = []
    for of in ("input", "target"):
        texts = [getattr(example, of) for example in examples]
        counted.append(Lengths.of_counts(of, "words", [len(text.split()) for text in texts]))
        counted.append(Lengths.of_counts(of, "bytes", [len(text.encode()) for text in texts]))
    return tuple(counted)


def tokenise(model: ModelSpec, readings: Readings, examples: Sequence[Example]) -> TokenisedTask | None:
    """Return what `model` makes of the rows; None if its tokeniser is not on this machine."""
    try:
        survey = readings.survey(model)
        lengths = readings.lengths(model, examples)
    except UsageError as error:
        return _unusable(model.name, str(error))
    if survey is None:
        return None
    unit = f"tokens of {model.name}"
    why = (f"{survey.refusal} ({survey.n_refused} rows)",) if survey.n_refused else ()
    return TokenisedTask(
        model=model.name,
        lengths=tuple(
            Lengths.of_counts(of, unit, counts)
            for of, counts in zip(("input", "target"), zip(*lengths, strict=True), strict=False)
        ),
        truncated_inputs=survey.cut_inputs,
        truncated_targets=survey.cut_targets,
        lossy_targets=survey.lossy,
        is_lossy=survey.is_lossy,
        n_refused=survey.n_refused,
        remarks=(*why, *survey.remarks),
    )


def _unusable(model: str, reason: str) -> TokenisedTask:
    return TokenisedTask(
        model=model,
        lengths=(),
        truncated_inputs=0.0,
        truncated_targets=0.0,
        lossy_targets=0.0,
        is_lossy=False,
        n_refused=1,
        remarks=(reason,),
    )


def reach(d_full: int, min_size: int, n_sizes: int) -> tuple[Reach, ...]:
    """Return what a selection would measure at each of the paper's ratios, and whether that is `n_sizes` or more."""
    ladders = [(ratio, ladder(d_full, ratio, min_size)) for ratio in RATIOS]
    return tuple(Reach(ratio=ratio, sizes=sizes, is_enough=len(sizes) >= n_sizes) for ratio, sizes in ladders)
