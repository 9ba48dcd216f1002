"""What tests of several rooms share of damaged files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from audition.errors import UsageError
from audition.types import TaskOptions
from audition_plugins.tasks.files import open_path

GOOD = [json.dumps({"input": f"question {i}", "target": f"answer {i}"}) for i in range(60)]


def message(address: str, **options: str | bool) -> str:
    with pytest.raises(UsageError) as caught:
        open_path(address, TaskOptions(**options))  # type: ignore[arg-type]
    assert "\n" not in str(caught.value)
    return str(caught.value)


def damaged(line: str | bytes) -> Path:
    """Write sixty good rows with `line` as the seventh."""
    lines: list[bytes] = [good.encode() for good in GOOD]
    lines.insert(6, line.encode() if isinstance(line, str) else line)
    Path("my.jsonl").write_bytes(b"\n".join(lines) + b"\n")
    return Path("my.jsonl")
