"""Read sources once: validate every row, write the good ones as Arrow, split them, remember all of it."""

from __future__ import annotations

import json
from array import array
from collections import Counter
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import numpy as np

from audition.codec import from_json, to_json
from audition.errors import UsageError
from audition.tasks import SPLIT_RULE, SPLITS, ReadReport, SplitLimits, input_hash, split_rows
from audition_plugins.tasks.columns.choosing import Columns, choose_columns, unused
from audition_plugins.tasks.readers.rows import Row, RowError, quoted, shorten
from audition_plugins.tasks.store import cache as _cache
from audition_plugins.tasks.store.arrow_file import write_examples

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from audition.tasks import SplitName, Splits
    from audition.types import Example, TaskOptions
    from audition_plugins.tasks.readers.sources import Source

RULES = f"audition tasks 1, split rule {SPLIT_RULE}"  #: change it when the same examples would be split otherwise
READER = 2  #: change it when the same sources would give other examples: what the cache remembers of them is void
_SHOWN = 5  #: bad rows whose messages are kept
_LOOKED_AT = 500  #: good rows that an example of repeated inputs is taken from


@dataclass
class _Tally:
    """Counts what is read."""

    n_rows: int = 0
    bad: Counter[str] = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)
    hashes: array[int] = field(default_factory=lambda: array("Q"))  # of good rows; with the origins, 9 bytes a row
    origins: array[int] = field(default_factory=lambda: array("b"))  # indices into SPLITS
    notes: Counter[str] = field(default_factory=Counter)
    inputs: Counter[str] = field(default_factory=Counter)  # of the first good rows

    def note_bad(self, error: RowError) -> None:
        self.bad[error.rule] += 1
        if len(self.examples) < _SHOWN:
            self.examples.append(str(error))


def ingest(
    name: str, sources: Mapping[SplitName, Sequence[Source]], options: TaskOptions, limits: SplitLimits
) -> tuple[str, ReadReport]:
    """Return fingerprint and account of the rows of `sources`, which are then in the cache.

    Raises:
        UsageError: a row is malformed and `options` do not skip it, or no usable rows are left.
    """
    stamp = _stamp(sources, options, limits)
    note = _cache.recall(stamp)
    if note is None:
        columns, ignored = _choose(sources, options)
        note = _read(name, sources, columns, options, limits, ignored)
        _cache.remember(stamp, note)
    return note["fingerprint"], from_json(ReadReport, note["report"])


def _stamp(sources: Mapping[SplitName, Sequence[Source]], options: TaskOptions, limits: SplitLimits) -> str:
    identities = {split: [source.identity for source in members] for split, members in sources.items()}
    return sha256(
        json.dumps([RULES, READER, identities, asdict(options), asdict(limits)], sort_keys=True).encode()
    ).hexdigest()


def _choose(sources: Mapping[SplitName, Sequence[Source]], options: TaskOptions) -> tuple[Columns, tuple[str, ...]]:
    """Choose columns by the first training source, and return those that it has besides.

    Every other source must have the chosen ones too.
    """
    columns: Columns | None = None
    ignored: tuple[str, ...] = ()
    for split in SPLITS:
        for source in sources.get(split, ()):
            names = source.column_names()
            if not names:
                continue  # without rows; damaged ones are reported when they are read
            if columns is None:
                columns = choose_columns(names, options, source.label)
                ignored = unused(columns, names)
            missing = sorted(columns.required - set(names))
            if missing:
                raise UsageError(f"{source.label}: no column {missing[0]!r}; columns are {quoted(names)}")
    return columns or Columns(input="input"), ignored


def _read(
    name: str,
    sources: Mapping[SplitName, Sequence[Source]],
    columns: Columns,
    options: TaskOptions,
    limits: SplitLimits,
    ignored: tuple[str, ...],
) -> dict[str, Any]:
    tally = _Tally()
    with _cache.writing() as folder:
        examples = _examples(sources, columns, tally, skip_bad_rows=options.skip_bad_rows)
        content = write_examples(examples, folder / "rows.arrow", is_chat=columns.messages is not None)
        splits = split_rows(np.array(tally.hashes, np.uint64), np.array(tally.origins, np.int8), limits)
        for split in SPLITS:
            if not len(splits[split]):
                raise UsageError(f"{name}: {_too_few(split, tally, splits, ignored)}")
            np.save(folder / f"{split}.npy", splits[split])
        origins = sha256(tally.origins.tobytes()).hexdigest()
        fingerprint = sha256(f"{RULES}|{asdict(limits)}|{origins}|{content}".encode()).hexdigest()
        _cache.keep(folder, fingerprint)
    return {"fingerprint": fingerprint, "report": to_json(_report(tally, columns, splits, ignored))}


def _report(tally: _Tally, columns: Columns, splits: Splits, ignored: tuple[str, ...]) -> ReadReport:
    n_used = sum(len(splits[split]) for split in SPLITS)
    return ReadReport(
        n_rows=tally.n_rows,
        columns=str(columns),
        bad=tuple(tally.bad.most_common()),
        bad_examples=tuple(tally.examples),
        n_duplicates=splits.n_duplicates,
        n_overlapping=splits.n_overlapping,
        unused=ignored,
        notes=tuple(f"{count:,} {what}" for what, count in tally.notes.most_common()),
        n_unused=len(tally.hashes) - splits.n_duplicates - splits.n_overlapping - n_used,
    )


def _examples(
    sources: Mapping[SplitName, Sequence[Source]], columns: Columns, tally: _Tally, *, skip_bad_rows: bool
) -> Iterator[Example]:
    """Yield the good rows of all sources and count all of them."""
    for origin, split in enumerate(SPLITS):
        for source in sources.get(split, ()):
            for row in source.rows(columns.names):
                tally.n_rows += 1
                try:
                    notes: list[str] = []
                    example = columns.example(_good(row), notes)
                except RowError as error:
                    if not skip_bad_rows:
                        raise UsageError(str(error)) from None
                    tally.note_bad(error)
                    continue
                tally.notes.update(notes)
                if len(tally.hashes) < _LOOKED_AT:
                    tally.inputs[example.input] += 1
                tally.hashes.append(input_hash(example.input))
                tally.origins.append(origin)
                yield example


def _good(row: Row | RowError) -> Row:
    if isinstance(row, RowError):
        raise row
    return row


def _too_few(split: SplitName, tally: _Tally, splits: Splits, ignored: tuple[str, ...]) -> str:
    if not tally.n_rows:
        return "a task must have rows, got none"
    if not tally.hashes:
        return f"all {tally.n_rows} rows are malformed; {tally.examples[0]}"
    said = f"a {split} split must have rows, got none of {len(tally.hashes)}"
    if splits.n_duplicates + splits.n_overlapping <= len(tally.hashes) // 2:
        return f"{said}; give more, or --validation and --test files"
    left = len(tally.hashes) - splits.n_duplicates - splits.n_overlapping
    [(usual, _)] = tally.inputs.most_common(1)
    other = f"; columns that are not used: {quoted(ignored)}" if ignored else ""
    return (
        f"{said}: all but {left} repeat the input of another, such as {shorten(usual)}, and equal inputs count once; "
        f"make them differ, such as by --prompt over more columns{other}"
    )
