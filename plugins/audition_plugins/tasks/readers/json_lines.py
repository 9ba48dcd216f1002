"""JSON lines: one object a line; a file that ends in .json may be one array of objects instead."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from audition.errors import UsageError
from audition_plugins.tasks.readers.lines import read_lines, undecodable
from audition_plugins.tasks.readers.rows import Row, RowError, shorten

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_MOST_BYTES = 256 * 2**20  #: of an array, which is read whole
_HOLDERS = ("data", "rows", "train", "examples", "instances")  #: keys of an object that holds the rows


class _RepeatedKeyError(ValueError):
    """A key that occurs twice in one object; the last one would win, in silence."""


def read_json_lines(path: Path, label: str) -> Iterator[Row | RowError]:
    """Yield every line as a row; blank lines are passed over.

    Raises:
        UsageError: the file cannot be read, or is one big array that is too big.
    """
    is_json = path.with_suffix("").suffix == ".json" if path.suffix == ".gz" else path.suffix == ".json"
    for number, line in read_lines(path, label):
        if number == 1 and (line.lstrip().startswith(b"[") or (is_json and line.strip() in (b"{", b"{}"))):
            yield from _read_whole(path, label)
            return
        if line.strip():
            yield _parse(f"{label}:{number}", line.rstrip())


def _read_whole(path: Path, label: str) -> Iterator[Row | RowError]:
    """Yield the objects of an array, or of the one list that an object holds."""
    lines, n_bytes = [], 0
    for _, line in read_lines(path, label):
        lines.append(line)
        n_bytes += len(line)
        if n_bytes > _MOST_BYTES:
            raise UsageError(
                f"{label}:1: a file of this size must hold one JSON object a line, got an array; jq -c '.[]' makes "
                "lines of it"
            )
    held = _load(f"{label}:1", b"".join(lines), "a file must be one JSON array of objects, or one object a line")
    if isinstance(held, RowError):
        raise UsageError(str(held))
    rows = _rows_in(held, label)
    for number, value in enumerate(rows, start=1):
        place = f"{label}: row {number}"
        yield (
            Row(place, value)
            if isinstance(value, dict)
            else RowError(place, "a row must be a JSON object", shorten(value))
        )


def _rows_in(held: object, label: str) -> list[object]:
    """Return the list that `held` is, or the one list of rows that it holds."""
    if isinstance(held, dict):
        lists = [value for key, value in held.items() if key in _HOLDERS and isinstance(value, list)]
        if len(lists) == 1:
            return lists[0]
        raise UsageError(
            f"{label}:1: a file must hold JSON objects, one a line or in one array, got one object; jq makes lines of "
            f"what is in it, such as jq -c '.{next(iter(held), 'data')}[]'"
        )
    return list(held) if isinstance(held, list) else [held]


def _parse(place: str, line: bytes) -> Row | RowError:
    value = _load(place, line, "a line must be one JSON object")
    if isinstance(value, dict):
        return Row(place, value)
    return value if isinstance(value, RowError) else RowError(place, "a line must be one JSON object", shorten(value))


def _load(place: str, text: bytes, rule: str) -> object:
    """Return what `text` holds, or the error that it is."""
    try:
        return json.loads(text.decode(), object_pairs_hook=_unique)
    except UnicodeDecodeError as error:
        return RowError(place, "text must be UTF-8", undecodable(text, error))
    except json.JSONDecodeError as error:
        return RowError(place, rule, f"broken JSON ({error.msg} at character {error.pos + 1})")
    except _RepeatedKeyError as error:
        return RowError(place, "keys of a JSON object must differ", f"{error} more than once")
    except (ValueError, RecursionError) as error:  # an integer of thousands of digits, or brackets as deep
        return RowError(place, rule, f"unreadable JSON ({error})")


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        raise _RepeatedKeyError(repr(next(key for key in keys if keys.count(key) > 1)))
    return found
