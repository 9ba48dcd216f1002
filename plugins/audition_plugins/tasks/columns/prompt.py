"""Prompt templates over columns: "Translate to Chinese: {en}"; a literal brace is doubled."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from audition.errors import UsageError
from audition_plugins.tasks.readers.rows import RowError, shorten

if TYPE_CHECKING:
    from audition_plugins.tasks.readers.rows import Row

_PARTS = re.compile(r"(?P<literal>\{\{|\}\}|[^{}]+)|\{(?P<column>[^{}]+)\}|(?P<stray>[{}])")


@dataclass(frozen=True, slots=True)
class Template:
    """A parsed template: literal texts and columns in turn."""

    parts: tuple[tuple[bool, str], ...]  #: (whether it names a column, text)

    @classmethod
    def parse(cls, text: str) -> Template:
        """Return `text` as a template.

        Raises:
            UsageError: a brace has no partner, or no column is named.
        """
        parts = []
        for match in _PARTS.finditer(text):
            if match["stray"]:
                at = match.start() + 1
                raise UsageError(
                    f"prompt {text!r}: {match['stray']!r} at character {at} has no partner; double a literal brace"
                )
            column = match["column"]
            parts.append(
                (True, column.strip()) if column else (False, match["literal"].replace("{{", "{").replace("}}", "}"))
            )
        if not any(is_column for is_column, _ in parts):
            raise UsageError(f"prompt {text!r}: a prompt must name a column, as in 'Translate: {{en}}'")
        return cls(tuple(parts))

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the columns it names."""
        return tuple(text for is_column, text in self.parts if is_column)

    def render(self, row: Row) -> str:
        """Return the input that `row` makes.

        Raises:
            RowError: a column is missing, or holds neither text nor a number.
        """
        return "".join(_as_text(row, text) if is_column else text for is_column, text in self.parts)


def _as_text(row: Row, column: str) -> str:
    value = row.get(column)
    if isinstance(value, str | int | float):
        return str(value)
    raise RowError(row.place, f"{column!r} must be text or a number", shorten(value))
