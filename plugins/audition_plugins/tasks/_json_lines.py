"""JSON lines: one object a line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from audition.errors import UsageError
from audition_plugins.tasks._lines import read_lines, undecodable
from audition_plugins.tasks._rows import Row, RowError, shorten

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def read_json_lines(path: Path, label: str) -> Iterator[Row | RowError]:
    """Yield every line as a row; blank lines are passed over.

    Raises:
        UsageError: the file cannot be read, or is one big array.
    """
    for number, line in read_lines(path, label):
        if number == 1 and line.lstrip().startswith(b"["):
            raise UsageError(
                f"{label}:1: a file must hold one JSON object a line, got an array; jq -c '.[]' makes lines of it"
            )
        if line.strip():
            yield _parse(f"{label}:{number}", line.rstrip())


def _parse(place: str, line: bytes) -> Row | RowError:
    rule = "a line must be one JSON object"
    try:
        value = json.loads(line.decode())
    except UnicodeDecodeError as error:
        return RowError(place, "text must be UTF-8", undecodable(line, error))
    except json.JSONDecodeError as error:
        return RowError(place, rule, f"broken JSON ({error.msg} at character {error.pos + 1})")
    except (ValueError, RecursionError) as error:  # an integer of thousands of digits, or brackets as deep
        return RowError(place, rule, f"unreadable JSON ({error})")
    return Row(place, value) if isinstance(value, dict) else RowError(place, rule, shorten(value))
