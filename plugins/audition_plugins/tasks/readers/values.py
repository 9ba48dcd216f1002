"""What a value means as text: the same in every format, so that the same rows are the same task."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from audition_plugins.tasks.readers.rows import RowError, shorten

if TYPE_CHECKING:
    from audition_plugins.tasks.readers.rows import Row

FIRST_OF_SEVERAL = "rows with several answers: the first is the target"


def text_of(row: Row, column: str) -> str:
    """Return the text of a column: numbers and booleans as JSON writes them, a list of one as what it holds.

    Raises:
        RowError: there is no text, or it is a list of several or an object.
    """
    value = plain(row.get(column))
    if isinstance(value, list | Mapping):
        raise RowError(row.place, f"{column!r} must be text or a number", f"{shorten(value)}{_way_out(column, value)}")
    return _filled(row, column, value)


def answer_of(row: Row, column: str) -> tuple[str, bool]:
    """Return the text of a target, and whether it is the first of several: lists hold answers that are all right.

    Raises:
        RowError: there is no text in it.
    """
    value = plain(row.get(column))
    if isinstance(value, Mapping) and "text" in value:  # SQuAD's answers
        value = plain(value["text"])
    if not isinstance(value, list):
        return text_of(row, column) if isinstance(value, Mapping) else _filled(row, column, value), False
    if not value:
        raise RowError(row.place, f"{column!r} must hold an answer", "an empty list")
    return _filled(row, column, plain(value[0])), True


def plain(value: object) -> object:
    """Return text, a number as its text, a list of one as that one; anything else as it is."""
    if isinstance(value, list | tuple):
        return plain(value[0]) if len(value) == 1 else list(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else None
    if isinstance(value, int | Decimal):
        return str(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    return value


def from_json(value: object) -> object:
    """Return what a text that holds a JSON list or object stands for, as exports to CSV have it; else `value`."""
    if not isinstance(value, str) or value.lstrip()[:1] not in ("[", "{"):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def without_nulls(value: object) -> object:
    """Return `value` without keys that hold null: Parquet gives every object of a column the keys of all of them."""
    if isinstance(value, Mapping):
        return {str(key): without_nulls(item) for key, item in value.items() if item is not None}
    return [without_nulls(item) for item in value] if isinstance(value, list) else value


def _filled(row: Row, column: str, value: object) -> str:
    if isinstance(value, str) and value.strip():
        return value
    raise RowError(row.place, f"{column!r} must be a non-empty string", f"{shorten(value)}{_way_out(column, value)}")


def _way_out(column: str, value: object) -> str:
    if isinstance(value, Mapping) and value:
        inner = next(iter(value))
        return f"; name what is inside it, such as {column}.{inner}"
    return ""
