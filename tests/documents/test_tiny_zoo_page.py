from __future__ import annotations

import json

import measure_zoo
from worlds.paths import ROOT

LEADERBOARDS = ROOT / "leaderboards"


def test_the_page_of_the_tiny_zoo_is_made_from_its_numbers() -> None:
    numbers = json.loads((LEADERBOARDS / "tiny-zoo.json").read_text(encoding="utf-8"))
    assert measure_zoo.render(numbers) == (LEADERBOARDS / "tiny-zoo.md").read_text(encoding="utf-8")
