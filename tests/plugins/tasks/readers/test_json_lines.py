from __future__ import annotations

import json
from pathlib import Path

import pytest

from audition.types import TaskOptions
from audition_plugins.tasks.files import open_path
from worlds.damaged_files import damaged, message
from worlds.rows_in_any_format import N, write


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('{"input": "q", "target": ""}', "'target' must be a non-empty string, got ''"),
        ('{"input": "q", "target": "  "}', "'target' must be a non-empty string, got '  '"),
        ('{"input": null, "target": "a"}', "'input' must be a non-empty string, got None"),
        ('{"input": "q", "target": []}', "'target' must hold an answer, got an empty list"),
        ('{"input": ["q", "r"], "target": "a"}', "'input' must be text or a number, got a list"),
        (
            '{"input": "q", "target": {"a": 1}}',
            "'target' must be text or a number, got an object; name what is inside it, such as target.a",
        ),
        ('{"input": "q", "target": NaN}', "'target' must be a non-empty string, got None"),
        (
            '{"input": "q", "target": "a", "target": "b"}',
            "keys of a JSON object must differ, got 'target' more than once",
        ),
        ('{"input": "q", "output": "a"}', "'target' is missing, got columns 'input', 'output'"),
        (
            '{"input": "q", "target": "a"',
            "a line must be one JSON object, got broken JSON (Expecting ',' delimiter at character 29)",
        ),
        ('["q", "a"]', "a line must be one JSON object, got a list"),
        ('"q"', "a line must be one JSON object, got 'q'"),
        ("[" * 100_000, "a line must be one JSON object, got unreadable JSON (maximum recursion depth exceeded"),
        (b'{"input": "caf\xe9", "target": "a"}', "text must be UTF-8, got byte 0xe9 at position 15 of the line"),
        ('{"input": "q", "target": "\\ud83d"}', "text must be valid Unicode, got the lone surrogate '\\ud83d'"),
    ],
)
def test_a_malformed_line_is_named(line: str | bytes, expected: str) -> None:
    damaged(line)
    assert message("my.jsonl").startswith(f"my.jsonl:7: {expected}")


def test_a_json_file_may_be_one_array_or_hold_one_under_data() -> None:
    rows = [{"input": f"q {place}", "target": f"a {place}"} for place in range(N)]
    write("a.json", rows)
    write("b.jsonl", rows)
    Path("c.json").write_text(json.dumps({"version": 1, "data": rows}, indent=1))
    assert len({open_path(name, TaskOptions()).fingerprint for name in ("a.json", "b.jsonl", "c.json")}) == 1
