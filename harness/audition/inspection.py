"""What is in a task, and what a selection could do with it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from audition.budget import ladder
from audition.tasks import HasReadReport
from audition.training.lossy import MAX_LOSSY_SHARE, lossy_share

if TYPE_CHECKING:
    from collections.abc import Sequence

    from transformers import PreTrainedTokenizerBase

    from audition.protocols import TaskLoader
    from audition.tasks import ReadReport
    from audition.training.recipe import Recipe
    from audition.types import Example, ModelSpec, TaskSpec

RATIOS = tuple(Fraction(1, 2**power) for power in range(3, 10))  #: the paper's: 1/8 … 1/512
SAMPLE = 2000  #: training rows that lengths are taken from, and targets that tokenisers are tried on


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
    """A task as one model's tokeniser sees it."""

    model: str
    lengths: tuple[Lengths, ...]
    truncated_inputs: float  #: share of the sampled inputs that the recipe would cut
    truncated_targets: float  #: share of the sampled targets that it would cut for training
    lossy_targets: float  #: share of the sampled targets that the tokeniser cannot give back
    is_lossy: bool  #: too many of them: a selection would not rank the model


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
    reach: tuple[Reach, ...]


def inspect(task: TaskLoader, recipe: Recipe, models: Sequence[ModelSpec], *, n_sizes: int) -> Inspection:
    """Return what is in `task`. Only tokenisers that are on this machine are tried; nothing is downloaded.

    Args:
        task: opened.
        recipe: tells what would be truncated.
        models: whose tokenisers to try.
        n_sizes: subset sizes that a selector wants.
    """
    d_full = task.spec.n_train or 0
    examples = list(task.train(min(SAMPLE, d_full), seed=0))
    tokenizers = {model.name: local_tokenizer(model) for model in models}
    return Inspection(
        task=task.spec,
        report=task.report if isinstance(task, HasReadReport) else None,
        examples=tuple(examples[:3]),
        n_sampled=len(examples),
        lengths=text_lengths(examples),
        models=tuple(tokenise(name, found, examples, recipe) for name, found in tokenizers.items() if found),
        absent=tuple(name for name, found in tokenizers.items() if found is None),
        max_input_tokens=recipe.max_input_tokens,
        max_target_tokens=recipe.max_target_tokens,
        reach=reach(d_full, task.spec.min_size, n_sizes),
    )


def local_tokenizer(model: ModelSpec) -> PreTrainedTokenizerBase | None:
    """Return the tokeniser of `model` from its folder or the hub's cache, or None if it is in neither."""
    from transformers import AutoTokenizer

    try:
        return AutoTokenizer.from_pretrained(model.checkpoint, revision=model.revision, local_files_only=True)
    except (OSError, ValueError):
        return None


def text_lengths(examples: Sequence[Example]) -> tuple[Lengths, ...]:
    """Return words and UTF-8 bytes of inputs and targets."""
    counted = []
    for of in ("input", "target"):
        texts = [getattr(example, of) for example in examples]
        counted.append(Lengths.of_counts(of, "words", [len(text.split()) for text in texts]))
        counted.append(Lengths.of_counts(of, "bytes", [len(text.encode()) for text in texts]))
    return tuple(counted)


def tokenise(
    model: str, tokenizer: PreTrainedTokenizerBase, examples: Sequence[Example], recipe: Recipe
) -> TokenisedTask:
    """Return what the tokeniser of `model` makes of the texts. Chats are counted as their plain text."""
    inputs = _n_tokens(tokenizer, [example.input for example in examples])
    targets = _n_tokens(tokenizer, [example.target for example in examples])
    lossy = lossy_share(tokenizer, [example.target for example in examples])
    unit = f"tokens of {model}"
    return TokenisedTask(
        model=model,
        lengths=(Lengths.of_counts("input", unit, inputs), Lengths.of_counts("target", unit, targets)),
        truncated_inputs=_share_above(inputs, recipe.max_input_tokens),
        truncated_targets=_share_above(targets, recipe.max_target_tokens),
        lossy_targets=lossy,
        is_lossy=lossy > MAX_LOSSY_SHARE,
    )


def reach(d_full: int, min_size: int, n_sizes: int) -> tuple[Reach, ...]:
    """Return what a selection would measure at each of the paper's ratios, and whether that is `n_sizes` or more."""
    ladders = [(ratio, ladder(d_full, ratio, min_size)) for ratio in RATIOS]
    return tuple(Reach(ratio=ratio, sizes=sizes, is_enough=len(sizes) >= n_sizes) for ratio, sizes in ladders)


def _n_tokens(tokenizer: PreTrainedTokenizerBase, texts: list[str]) -> list[int]:
    """Return the number of tokens of each text, special tokens included."""
    return [len(ids) for ids in tokenizer(texts)["input_ids"]]


def _share_above(counts: Sequence[int], limit: int) -> float:
    return sum(count > limit for count in counts) / len(counts)
