"""Where rows come from: a data file, or one split of a hub data set. Both tell their columns, rows and identity."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Protocol

from audition.errors import UsageError
from audition_plugins.tasks.readers.delimited import Dialect, read_delimited, read_header
from audition_plugins.tasks.readers.json_lines import read_json_lines
from audition_plugins.tasks.readers.parquet import read_parquet, read_schema, schema_names
from audition_plugins.tasks.readers.rows import Row, names_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from datasets import Dataset

    from audition.types import Quotes, TaskOptions
    from audition_plugins.tasks.readers.rows import RowError

KINDS = {".jsonl": "JSON lines", ".json": "JSON lines", ".csv": "CSV", ".tsv": "TSV", ".parquet": "Parquet"}
SUFFIXES = (*KINDS, *(f"{suffix}.gz" for suffix in KINDS if suffix != ".parquet"))
_ROWS_THAT_TELL_COLUMNS = 100
_BATCH = 1000  #: rows of a hub split decoded at once


class Source(Protocol):
    """Rows that are read front to back, as often as asked."""

    @property
    def label(self) -> str:
        """Return what messages call it."""

    @property
    def identity(self) -> str:
        """Return what changes when the rows may have: cheap, nothing is read."""

    def column_names(self) -> list[str]:
        """Return its columns; those inside objects follow as "outer.inner". Empty: it holds no rows."""

    def rows(self, columns: frozenset[str]) -> Iterator[Row | RowError]:
        """Yield the rows with at least `columns`, malformed ones as errors."""


def kind_of(path: Path) -> str | None:
    """Return the kind of data file that the name of `path` claims, or None."""
    suffix = path.with_suffix("").suffix if path.suffix == ".gz" else path.suffix
    return KINDS.get(suffix.lower())


@dataclass(frozen=True, slots=True)
class DataFile:
    """One file of rows."""

    path: Path
    kind: str
    label: str
    delimiter: str | None = None  #: between fields; None: as the name of the file says
    quotes: Quotes = "auto"

    @property
    def identity(self) -> str:
        """Return path, size and times: a rewritten file has another one."""
        stat = self.path.stat()
        return f"{self.path.resolve()}|{stat.st_size}|{stat.st_mtime_ns}|{stat.st_ctime_ns}|{stat.st_ino}"

    def column_names(self) -> list[str]:
        """Return the header of a CSV file, the schema of a Parquet file, the keys of the first JSON lines."""
        if self.kind == "Parquet":
            return schema_names(read_schema(self.path, self.label))
        if self.kind == "JSON lines":
            first = islice(read_json_lines(self.path, self.label), _ROWS_THAT_TELL_COLUMNS)
            return list(dict.fromkeys(name for row in first if isinstance(row, Row) for name in names_of(row.values)))
        return read_header(self.path, self.label, dialect=self._dialect)

    def rows(self, columns: frozenset[str]) -> Iterator[Row | RowError]:
        """Yield every row; a Parquet file reads only the columns asked for."""
        if self.kind == "Parquet":
            return read_parquet(self.path, self.label, _top_level(columns, read_schema(self.path, self.label).names))
        if self.kind == "JSON lines":
            return read_json_lines(self.path, self.label)
        return read_delimited(self.path, self.label, dialect=self._dialect)

    @property
    def _dialect(self) -> Dialect:
        is_tsv = self.kind == "TSV"
        return Dialect(delimiter=self.delimiter or ("\t" if is_tsv else ","), quotes=self.quotes, is_tsv=is_tsv)


@dataclass(frozen=True, slots=True)
class HubSplit:
    """One split that the `datasets` library has loaded."""

    dataset: Dataset
    label: str

    @property
    def identity(self) -> str:
        """Return the fingerprint that `datasets` gives to the loaded files and all that was done to them."""
        fingerprint: str = self.dataset._fingerprint  # noqa: SLF001 - it has no public name
        return fingerprint

    def column_names(self) -> list[str]:
        """Return the columns of its Arrow schema."""
        return schema_names(self.dataset.data.schema)

    def rows(self, columns: frozenset[str]) -> Iterator[Row | RowError]:
        """Yield every row with the columns asked for: images and audio beside them are not decoded."""
        chosen = self.dataset.select_columns(_top_level(columns, self.dataset.column_names))
        number = 0
        for batch in chosen.iter(_BATCH):
            for values in zip(*batch.values(), strict=True):
                number += 1
                yield Row(f"{self.label} row {number}", dict(zip(batch, values, strict=True)))


def data_file(path: Path, label: str, options: TaskOptions | None = None) -> DataFile:
    """Return `path` as a source; `options` say how its fields are told apart.

    Raises:
        UsageError: it is missing, empty or of no known kind.
    """
    kind = kind_of(path)
    if kind is None:
        raise UsageError(f"{label}: a data file must end in {', '.join(SUFFIXES)}, got {path.name!r}")
    if not path.is_file():
        raise UsageError(f"{label}: no such file")
    if path.stat().st_size == 0:
        raise UsageError(f"{label}: the file is empty")
    if options is None:
        return DataFile(path, kind, label)
    return DataFile(path, kind, label, delimiter=options.delimiter, quotes=options.quotes)


def _top_level(columns: frozenset[str], present: list[str]) -> list[str]:
    """Return which of the `present` columns hold `columns`; "translation.en" is inside "translation"."""
    wanted = columns | {name.partition(".")[0] for name in columns}
    return [name for name in present if name in wanted]
