from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


@pytest.fixture
def pairs() -> Callable[..., list[dict[str, str]]]:
    """Return `n` rows whose inputs and targets are all different."""

    def make(n: int, *, start: int = 0, source: str = "input", target: str = "target") -> list[dict[str, str]]:
        return [{source: f"question {i}", target: f"answer {i}"} for i in range(start, start + n)]

    return make


@pytest.fixture
def write_jsonl() -> Callable[[str, Iterable[Any]], Path]:
    """Write rows as JSON lines; a string is written as it is."""

    def write(name: str, rows: Iterable[Any]) -> Path:
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    return write
