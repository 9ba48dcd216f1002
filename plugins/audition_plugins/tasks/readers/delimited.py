"""CSV and TSV, strictly: physical line numbers, no row stretched or cut to fit.

A quoted field of a CSV file may span lines. In a TSV file a quotation mark is as often a quotation mark: where reading
it as a quote would swallow whole rows, tabs and all, the file is refused until the user says which it is.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from audition.errors import UsageError
from audition_plugins.tasks.readers.lines import read_lines, undecodable
from audition_plugins.tasks.readers.rows import Row, RowError, quoted, shorten

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from audition.types import Quotes

_DELIMITERS = (",", ";", "\t", "|")
_NAMES = {"\t": "tab"}
_LONGEST_FIELD = 16 * 2**20  #: characters; a missing quote must not read the rest of the file into memory


class _Lines:
    """Feeds decoded lines to the CSV reader, and remembers the damage it saw in them."""

    def __init__(self, lines: Iterator[tuple[int, bytes]], label: str) -> None:
        self._lines = lines
        self._label = label
        self.number = 0  #: of the last line fed
        self.damage: RowError | None = None
        self.of_row: list[bytes] = []  #: lines that the row being read has taken so far

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        self.number, line = next(self._lines)
        self.of_row.append(line)
        place = f"{self._label}:{self.number}"
        if b"\0" in line:
            self.damage = RowError(place, "text must hold no NUL", f"one at position {line.index(0) + 1} of the line")
        try:
            return line.decode()
        except UnicodeDecodeError as error:
            self.damage = RowError(place, "text must be UTF-8", undecodable(line, error))
            return line.decode(errors="replace")  # keeps the reader in step; the row is not used


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How fields are told apart."""

    delimiter: str
    quotes: Quotes = "auto"  #: auto: as RFC 4180 has them, but where a TSV file would lose lines to them
    is_tsv: bool = False

    @property
    def may_span_lines(self) -> bool:
        """Return whether a quoted field may span lines without doubt."""
        return self.quotes == "double" or not self.is_tsv


def read_delimited(path: Path, label: str, *, dialect: Dialect) -> Iterator[Row | RowError]:
    """Yield every row after the header; blank lines are passed over.

    Raises:
        UsageError: the file cannot be read, its header repeats a name or is delimited otherwise, a quoted field never
            ends, or it cannot be told whether quotation marks are quotes.
    """
    records = _read_records(path, label, dialect)
    header: list[str] | None = None
    for line, record in records:
        if header is None:
            header = _check_header(label, line, record, dialect)
        elif isinstance(record, RowError):
            yield record
        elif len(record) != len(header):
            rule = f"a row must have the {len(header)} fields of the header"
            yield RowError(f"{label}:{line}", rule, str(len(record)))
        else:
            yield Row(f"{label}:{line}", dict(zip(header, record, strict=True)))


def read_header(path: Path, label: str, *, dialect: Dialect) -> list[str]:
    """Return the column names; none if the file is empty."""
    for line, record in _read_records(path, label, dialect):
        return _check_header(label, line, record, dialect)
    return []


def _check_header(label: str, line: int, record: list[str] | RowError, dialect: Dialect) -> list[str]:
    if isinstance(record, RowError):
        raise UsageError(str(record))
    record = [name.strip() for name in record]
    if len(record) == 1:
        _refuse_other_delimiter(label, line, record[0], dialect)
    repeated = sorted({name for name in record if record.count(name) > 1})
    if repeated:
        raise UsageError(f"{label}:{line}: column names must differ, got {quoted(repeated)} more than once")
    return record


def _refuse_other_delimiter(label: str, line: int, name: str, dialect: Dialect) -> None:
    """Refuse a header of one name that another delimiter would make several of."""
    count, other = max((name.count(other), other) for other in _DELIMITERS if other != dialect.delimiter)
    if count:
        shown = _NAMES.get(other, repr(other))
        raise UsageError(
            f"{label}:{line}: a header must name columns with {_NAMES.get(dialect.delimiter, repr(dialect.delimiter))} "
            f"between, got the one column {shorten(name)}, which looks delimited by {shown}: --delimiter {shown}"
        )


def _read_records(path: Path, label: str, dialect: Dialect) -> Iterator[tuple[int, list[str] | RowError]]:
    """Yield (first physical line, fields) of every row that is not blank."""
    csv.field_size_limit(_LONGEST_FIELD)
    lines = _Lines(read_lines(path, label), label)
    reader: Any = csv.reader(
        lines,
        delimiter=dialect.delimiter,
        strict=True,
        quoting=csv.QUOTE_NONE if dialect.quotes == "none" else csv.QUOTE_MINIMAL,
    )
    while True:
        start, lines.damage, lines.of_row = lines.number + 1, None, []
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            n_lines = lines.number - start + 1
            if not dialect.may_span_lines and "new-line character" not in str(error):
                raise _ambiguous(label, start, n_lines) from error
            yield start, _broken(f"{label}:{start}", error, n_lines=n_lines)
            continue
        if not dialect.may_span_lines and _are_rows(lines.of_row, dialect.delimiter, len(fields)):
            raise _ambiguous(label, start, lines.number - start + 1)
        if fields:
            yield start, lines.damage or fields


def _are_rows(lines: list[bytes], delimiter: str, n_fields: int) -> bool:
    """Return whether lines that a quote has made one row of `n_fields` would each be such a row without it."""
    return len(lines) > 1 and all(line.count(delimiter.encode()) == n_fields - 1 for line in lines)


def _ambiguous(label: str, line: int, n_lines: int) -> UsageError:
    over = f" that would end {n_lines} lines on" if n_lines > 1 else ""
    return UsageError(
        f"{label}:{line}: a quotation mark must close the field that it opens, got one{over}: --quotes none takes "
        "quotation marks for text and every line for a row, --quotes double lets quoted fields span lines"
    )


def _broken(place: str, error: csv.Error, n_lines: int) -> RowError:
    """Return what is wrong with one row, or raise where the rest of the file cannot be told from it."""
    reason = str(error)
    if "end of data" in reason or "field limit" in reason:
        raise UsageError(
            f"{place}: a quoted field must end, got none of its closing quote in {n_lines:,} lines"
        ) from error
    over = f" within {n_lines} lines" if n_lines > 1 else ""
    if "new-line character" in reason:
        reason = "a carriage return inside a field without quotes; quote the field, or take it out"
    return RowError(place, "a row must be well-formed", reason + over)
