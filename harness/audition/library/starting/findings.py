"""What is in somebody's data: columns, lengths, repeats, leaks, language, and whether it looks like classification."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import islice

from audition.budgets.ladder import ladder
from audition.errors import UsageError
from audition.library.starting.columns import Column, columns_of, guess_pair
from audition.library.starting.languages import describe_language
from audition.plugins.catalog import Catalog
from audition.readings.inspection import Lengths
from audition.tasks.addresses import find_opener
from audition.tasks.labels import labels_of
from audition.tasks.lengths import estimated_tokens
from audition.tasks.reading import HasReadReport, ReadReport
from audition.types import Example, TaskOptions, TaskSpec
from audition.types.protocols import TaskLoader

LOOKED_AT = 50_000  #: training examples that are compared with the held-out ones
MEASURED = 5_000  #: of these, how many lengths and language are taken from
ENOUGH_SIZES = 3  #: that tell curves apart (`audition.prediction`)
_HALVINGS = 20  #: of the rows, at most


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """Everything that `audition init` tells."""

    task: str  #: as it was asked for
    spec: TaskSpec
    options: TaskOptions  #: by which it could be opened
    columns: tuple[Column, ...]  #: empty: the rows can be seen as pairs only
    is_guessed: bool  #: whether input and target are a guess
    report: ReadReport | None
    n_measured: int  #: training rows that lengths and language are taken from
    lengths: tuple[Lengths, ...]  #: of inputs and targets, in bytes and characters
    input_tokens: Lengths  #: estimated from bytes
    target_tokens: Lengths
    language_of_inputs: str
    language_of_targets: str
    classes: tuple[tuple[str, float], ...]  #: target and share of the rows, most frequent first; empty: free text
    n_leaks: int  #: held-out rows whose input differs from a training row's in case, spaces or signs alone
    n_held_out: int
    least: tuple[Fraction, tuple[int, ...]] | None  #: smallest share of the rows with sizes enough, and those


def look(catalog: Catalog, task: str, options: TaskOptions) -> Findings:
    """Return what is in `task`, and the options by which it can be read.

    Where input and target are not told by the columns' names, they are guessed; where rows are malformed, they are
    skipped.

    Raises:
        UsageError: there is no such data, or it cannot be read whatever is guessed.
    """
    entry = find_opener(task, options, [offer.entry for offer in catalog.tasks.values()])
    peeked = entry.peek(task, options) if entry.peek is not None else {}
    columns = columns_of(peeked.get("train", ()))
    opened, found = _open(catalog, task, options, columns)
    train = list(islice(_each(opened, "train"), LOOKED_AT))
    held_out = [*_each(opened, "validation"), *_each(opened, "test")]
    measured = train[:MEASURED]
    inputs, targets = [each.input for each in measured], [each.target for each in measured]
    return Findings(
        task=task,
        spec=opened.spec,
        options=found,
        columns=columns,
        is_guessed=(found.input_column, found.target_column) != (options.input_column, options.target_column),
        report=opened.report if isinstance(opened, HasReadReport) else None,
        n_measured=len(measured),
        lengths=(*_lengths("input", inputs), *_lengths("target", targets)),
        input_tokens=Lengths.of_counts("input", "tokens", [estimated_tokens(text) for text in inputs]),
        target_tokens=Lengths.of_counts("target", "tokens", [estimated_tokens(text) for text in targets]),
        language_of_inputs=describe_language(inputs),
        language_of_targets=describe_language(targets),
        classes=classes_of(labels_of(opened), [each.target for each in train]),
        n_leaks=n_leaks(train, held_out),
        n_held_out=len(held_out),
        least=_least_share(opened.spec.n_train or 0, opened.spec.min_size),
    )


def classes_of(labels: Sequence[str], targets: Sequence[str]) -> tuple[tuple[str, float], ...]:
    """Return the labels of a classification with their shares among the targets, most frequent first."""
    counted = Counter(target for target in targets if target in set(labels))
    return tuple((target, count / len(targets)) for target, count in counted.most_common())


def n_leaks(train: Iterable[Example], held_out: Iterable[Example]) -> int:
    """Return how many held-out inputs are a training input but for case, spaces and signs.

    Equal ones cannot be: reading leaves them out of the training rows.
    """
    known = {_plain(each.input) for each in train}
    return sum(_plain(each.input) in known for each in held_out)


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold())) or text


def _open(
    catalog: Catalog, task: str, options: TaskOptions, columns: tuple[Column, ...]
) -> tuple[TaskLoader, TaskOptions]:
    """Return the task and the options that opened it: as given, then by a guess, then without malformed rows."""
    says_columns = options.input_column or options.target_column or options.prompt
    pair = None if says_columns else guess_pair(columns)
    guessed = replace(options, input_column=pair[0], target_column=pair[1]) if pair else options
    first: UsageError | None = None
    for each in dict.fromkeys((options, replace(options, skip_bad_rows=True), guessed)):
        try:
            return catalog.open_task(task, each), each
        except UsageError as error:
            first = first or error
    try:
        each = replace(guessed, skip_bad_rows=True)
        return catalog.open_task(task, each), each
    except UsageError:
        raise first or UsageError(f"{task}: cannot be read") from None


def _least_share(n_train: int, min_size: int) -> tuple[Fraction, tuple[int, ...]] | None:
    shares = [Fraction(1, 2**power) for power in range(_HALVINGS)]
    ladders = [(share, ladder(n_train, share, min_size)) for share in shares]
    return next(((share, sizes) for share, sizes in reversed(ladders) if len(sizes) >= ENOUGH_SIZES), None)


def _each(task: TaskLoader, split: str) -> Iterable[Example]:
    if split == "train":
        return task.train(min(LOOKED_AT, task.spec.n_train or 0), 0)
    return task.validation() if split == "validation" else task.test()


def _lengths(of: str, texts: Sequence[str]) -> tuple[Lengths, Lengths]:
    in_bytes = Lengths.of_counts(of, "bytes", [len(text.encode()) for text in texts])
    return in_bytes, Lengths.of_counts(of, "characters", [len(text) for text in texts])
