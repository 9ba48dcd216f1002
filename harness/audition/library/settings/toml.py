"""Values as TOML: what `tomllib` reads and does not write."""

from __future__ import annotations

import json
from collections.abc import Sequence

Value = str | int | float | bool | Sequence[str]


def toml_line(key: str, value: Value) -> str:
    """Return one key with its value.

    >>> toml_line("models", ("gpt2*", "./my model"))
    'models = ["gpt2*", "./my model"]'
    """
    return f"{key} = {toml_value(value)}"


def toml_value(value: Value) -> str:
    """Return a value as TOML has it: text as a basic string, whose escapes are JSON's."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return f"[{', '.join(map(toml_value, value))}]"


def comment(text: str) -> str:
    """Return lines as comments; what no comment may hold, control characters, becomes a question mark."""
    lines = text.split("\n")
    clean = ["".join(c if c >= " " and c != "\x7f" else "?" for c in line.replace("\t", " ")) for line in lines]
    return "\n".join(f"# {line}".rstrip() for line in clean)
