"""CSV and TSV, strictly: physical line numbers, no row stretched or cut to fit."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from audition.errors import UsageError
from audition_plugins.tasks._lines import read_lines, undecodable
from audition_plugins.tasks._rows import Row, RowError, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_LONGEST_FIELD = 16 * 2**20  #: characters; a missing quote must not read the rest of the file into memory


class _Lines:
    """Feeds decoded lines to the CSV reader, and remembers the damage it saw in them."""

    def __init__(self, lines: Iterator[tuple[int, bytes]], label: str) -> None:
        self._lines = lines
        self._label = label
        self.number = 0  #: of the last line fed
        self.damage: RowError | None = None

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        self.number, line = next(self._lines)
        place = f"{self._label}:{self.number}"
        if b"\0" in line:
            self.damage = RowError(place, "text must hold no NUL", f"one at position {line.index(0) + 1} of the line")
        try:
            return line.decode()
        except UnicodeDecodeError as error:
            self.damage = RowError(place, "text must be UTF-8", undecodable(line, error))
            return line.decode(errors="replace")  # keeps the reader in step; the row is not used


def read_delimited(path: Path, label: str, *, delimiter: str) -> Iterator[Row | RowError]:
    """Yield every row after the header; blank lines are passed over.

    Raises:
        UsageError: the file cannot be read, its header repeats a name, or a quoted field never ends.
    """
    records = _read_records(path, label, delimiter)
    header: list[str] | None = None
    for line, record in records:
        if header is None:
            header = _check_header(label, line, record)
        elif isinstance(record, RowError):
            yield record
        elif len(record) != len(header):
            rule = f"a row must have the {len(header)} fields of the header"
            yield RowError(f"{label}:{line}", rule, str(len(record)))
        else:
            yield Row(f"{label}:{line}", dict(zip(header, record, strict=True)))


def read_header(path: Path, label: str, *, delimiter: str) -> list[str]:
    """Return the column names; none if the file is empty."""
    for line, record in _read_records(path, label, delimiter):
        return _check_header(label, line, record)
    return []


def _check_header(label: str, line: int, record: list[str] | RowError) -> list[str]:
    if isinstance(record, RowError):
        raise UsageError(str(record))
    repeated = sorted({name for name in record if record.count(name) > 1})
    if repeated:
        raise UsageError(f"{label}:{line}: column names must differ, got {quoted(repeated)} more than once")
    return record


def _read_records(path: Path, label: str, delimiter: str) -> Iterator[tuple[int, list[str] | RowError]]:
    """Yield (first physical line, fields) of every row that is not blank."""
    csv.field_size_limit(_LONGEST_FIELD)
    lines = _Lines(read_lines(path, label), label)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        start, lines.damage = lines.number + 1, None
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield start, _broken(f"{label}:{start}", error, n_lines=lines.number - start + 1)
            continue
        if fields:
            yield start, lines.damage or fields


def _broken(place: str, error: csv.Error, n_lines: int) -> RowError:
    """Return what is wrong with one row, or raise where the rest of the file cannot be told from it."""
    reason = str(error)
    if "end of data" in reason or "field limit" in reason:
        raise UsageError(
            f"{place}: a quoted field must end, got none of its closing quote in {n_lines:,} lines"
        ) from error
    over = f" within {n_lines} lines" if n_lines > 1 else ""
    return RowError(place, "a row must be well-formed", reason + over)
