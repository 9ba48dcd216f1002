"""The page of the calibration says what its numbers say; these are what selections say now; the goals are held."""

from __future__ import annotations

import json
from typing import Any

import pytest

import measure_calibration
from worlds.paths import ROOT

LEADERBOARDS = ROOT / "leaderboards"


@pytest.fixture(scope="module")
def numbers() -> dict[str, Any]:
    kept: dict[str, Any] = json.loads((LEADERBOARDS / "calibration.json").read_text(encoding="utf-8"))
    return kept


def test_the_page_is_made_from_its_numbers(numbers: dict[str, Any]) -> None:
    assert measure_calibration.render(numbers) == (LEADERBOARDS / "calibration.md").read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_numbers_of_the_zoo_are_what_selections_say_now(numbers: dict[str, Any]) -> None:
    found = measure_calibration.summary(list(measure_calibration.cells("zoo")))
    kept = {**numbers["zoo"], "bins": [{**each, "came_true": None} for each in numbers["zoo"]["bins"]]}
    assert found["zoo"]["n_cells"] == kept["n_cells"]
    assert found["zoo"]["coverage_by_task"] == pytest.approx(kept["coverage_by_task"], abs=0.03)
    assert found["zoo"]["bias"] == pytest.approx(kept["bias"], abs=0.005)


@pytest.mark.parametrize("benchmark", ["paper", "zoo", "lcdb"])
def test_what_is_said_comes_true_at_least_as_often(numbers: dict[str, Any], benchmark: str) -> None:
    of_benchmark = numbers[benchmark]
    assert of_benchmark["sure"]["came_true"] >= 0.75
    assert 0.72 <= of_benchmark["coverage"] <= 0.88
    for each in of_benchmark["bins"]:
        if each["from"] >= 0.5:
            assert each["came_true"] >= each["said"] - 0.12
