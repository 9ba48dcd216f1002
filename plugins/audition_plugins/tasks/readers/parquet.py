"""Parquet files, batch by batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audition.errors import UsageError
from audition_plugins.tasks.readers.rows import Row, RowError, quoted

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from pyarrow import RecordBatch, Schema
    from pyarrow.parquet import ParquetFile

_BATCH = 1000  #: rows


def read_parquet(path: Path, label: str, columns: Collection[str]) -> Iterator[Row | RowError]:
    """Yield every row, with the top-level `columns` only.

    Raises:
        UsageError: the file is not Parquet, or is damaged.
    """
    import pyarrow as pa

    parquet = _open(path, label)
    start = 1
    try:
        for batch in parquet.iter_batches(batch_size=_BATCH, columns=list(columns), use_threads=False):
            yield from _rows_of(batch, label, start)
            start += batch.num_rows
    except (pa.ArrowException, OSError) as error:
        raise UsageError(f"{label}: row {start} or later: damaged Parquet ({_first_line(error)})") from error


def read_schema(path: Path, label: str) -> Schema:
    """Return the schema, read from the footer alone."""
    schema = _open(path, label).schema_arrow
    repeated = sorted({name for name in schema.names if schema.names.count(name) > 1})
    if repeated:
        raise UsageError(f"{label}: column names must differ, got {quoted(repeated)} more than once")
    return schema


def schema_names(schema: Schema) -> list[str]:
    """Return the column names of an Arrow schema; those inside a struct follow it as "outer.inner"."""
    import pyarrow as pa

    names = []
    for field in schema:
        names.append(field.name)
        if pa.types.is_struct(field.type):
            names += [f"{field.name}.{inner.name}" for inner in field.type]
    return names


def _rows_of(batch: RecordBatch, label: str, start: int) -> Iterator[Row | RowError]:
    try:
        values = batch.to_pylist()
    except UnicodeDecodeError:  # Parquet does not check its strings: find the rows that hold such bytes
        values = [None] * batch.num_rows
    for offset, row in enumerate(values):
        place = f"{label}: row {start + offset}"
        try:
            yield Row(place, row if row is not None else batch.slice(offset, 1).to_pylist()[0])
        except UnicodeDecodeError as error:
            yield RowError(place, "text must be UTF-8", f"byte 0x{error.object[error.start]:02x}")


def _open(path: Path, label: str) -> ParquetFile:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return pq.ParquetFile(path, memory_map=True)
    except pa.ArrowException as error:
        raise UsageError(f"{label}: not a readable Parquet file ({_first_line(error)})") from error
    except OSError as error:
        raise UsageError(f"{label}: cannot be read: {error.strerror or _first_line(error)}") from error


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
