"""A row as it was read, and what is wrong with one that cannot be used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

_LONGEST = 60  #: characters of a value in a message


@dataclass(frozen=True, slots=True)
class Row:
    """One row with its place, such as "my.jsonl:7"."""

    place: str
    values: Mapping[str, object]

    def get(self, column: str) -> object:
        """Return the value of `column`; "translation.en" reaches into a column of objects.

        Raises:
            RowError: the row has no such column.
        """
        if column in self.values:
            return self.values[column]
        outer, _, inner = column.partition(".")
        nested = self.values.get(outer)
        if inner and isinstance(nested, Mapping) and inner in nested:
            value: object = nested[inner]
            return value
        raise RowError(self.place, f"{column!r} is missing", f"columns {quoted(names_of(self.values))}")


class RowError(Exception):
    """A row that breaks a rule. `skip_bad_rows` counts these by `rule`; otherwise the first one ends the reading."""

    def __init__(self, place: str, rule: str, got: str) -> None:
        super().__init__(f"{place}: {rule}, got {got}")
        self.rule = rule


def names_of(values: Mapping[str, object]) -> list[str]:
    """Return the column names of a row; those inside an object follow it as "outer.inner"."""
    names = []
    for name, value in values.items():
        names.append(name)
        if isinstance(value, Mapping):
            names += [f"{name}.{inner}" for inner in value]
    return names


def quoted(names: list[str] | tuple[str, ...]) -> str:
    """Return names for a message: each in quotes, the first dozen."""
    shown = ", ".join(repr(name) for name in names[:12])
    return shown + (", …" if len(names) > 12 else "") if names else "none"


def shorten(value: object) -> str:
    """Return `value` as an error shows it: its type if it is a container, else its `repr`, cut when long."""
    if isinstance(value, Mapping):
        return "an object"
    if isinstance(value, list):
        return "a list"
    shown = repr(value)
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}…"
