"""What a reader found in a file: how many rows it took, and which it left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadReport:
    """What happened to the rows of a task that was read from files or the hub."""

    n_rows: int  #: read, bad ones included
    columns: str  #: which were taken, for people
    bad: tuple[tuple[str, int], ...] = ()  #: (rule that was broken, rows), most frequent first
    bad_examples: tuple[str, ...] = ()  #: messages of the first few bad rows
    n_duplicates: int = 0
    n_overlapping: int = 0
    n_unused: int = 0  #: good rows beyond the limit of their split
    unused: tuple[str, ...] = ()  #: columns that were not read
    notes: tuple[str, ...] = ()  #: what was decided about rows, and how often

    @property
    def n_bad(self) -> int:
        """Return the number of rows that were skipped as malformed."""
        return sum(count for _, count in self.bad)


@runtime_checkable
class HasReadReport(Protocol):
    """A task loader that can tell what happened to its rows."""

    @property
    def report(self) -> ReadReport | None:
        """Return the account of the reading; None if there was nothing to tell."""
