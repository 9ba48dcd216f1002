"""Tasks from a user's files: JSON lines, CSV, TSV or Parquet, one file or a folder of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from audition.types import TaskSpec
from audition_plugins.tasks.readers.folders import find_files
from audition_plugins.tasks.readers.rows import Row
from audition_plugins.tasks.readers.sources import data_file
from audition_plugins.tasks.store.arrow_task import open_sources

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from audition.tasks import SplitName
    from audition.types import TaskOptions
    from audition_plugins.tasks.readers.sources import DataFile
    from audition_plugins.tasks.store.arrow_task import ArrowTask

MIN_SIZE = 25  #: the recipe takes as many steps on so few, and a few thousand rows leave room for several sizes


def open_path(address: str, options: TaskOptions) -> ArrowTask:
    """Open the file or folder at `address`. Its spec holds absolute paths, so that any process can open it again.

    Raises:
        UsageError: what is wrong with it, with file, line and value.
    """
    path = Path(address)
    sources = find_files(path, address, options) | given_files(options)
    absolute = replace(
        options,
        validation=options.validation and str(Path(options.validation).absolute()),
        test=options.test and str(Path(options.test).absolute()),
    )
    return open_sources(spec_of(str(path.absolute()), path.name, absolute), sources, options)


def peek_path(address: str, options: TaskOptions) -> dict[str, Iterator[Mapping[str, object] | str]]:
    """Return the rows of the file or folder at `address` as they lie there, by split; a malformed one is its message.

    Raises:
        UsageError: there are no files, or one cannot be read at all.
    """
    sources = find_files(Path(address), address, options) | given_files(options)
    return {split: _raw_rows(members) for split, members in sources.items()}


def _raw_rows(sources: list[DataFile]) -> Iterator[Mapping[str, object] | str]:
    for source in sources:
        for row in source.rows(frozenset(source.column_names())):
            yield row.values if isinstance(row, Row) else str(row)


def spec_of(name: str, what: str, options: TaskOptions) -> TaskSpec:
    """Return what is known of a user's rows before they are read."""
    return TaskSpec(
        name=name, description=f"pairs of {what}", default_recipe="standard", min_size=MIN_SIZE, options=options
    )


def given_files(options: TaskOptions) -> dict[SplitName, list[DataFile]]:
    """Return the validation and test files that `options` name, by split."""
    given: dict[SplitName, str | None] = {"validation": options.validation, "test": options.test}
    return {split: [data_file(Path(name), name, options)] for split, name in given.items() if name}
