from __future__ import annotations

import json
from pathlib import Path

import measure_zoo

LEADERBOARDS = Path(__file__).parent.parent / "leaderboards"


def test_the_page_of_the_tiny_zoo_is_made_from_its_numbers() -> None:
    numbers = json.loads((LEADERBOARDS / "tiny-zoo.json").read_text(encoding="utf-8"))
    assert measure_zoo.render(numbers) == (LEADERBOARDS / "tiny-zoo.md").read_text(encoding="utf-8")
