"""The event log: opt-in, one JSON line for every measurement and selection."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from audition.cli.app import app
from audition.plugins.loading import load_plugins
from audition.types import Cost, Observation

OBSERVATION = Observation(model="toy", task="colours", n_samples=50, loss=1.5, seeds=(0,), cost=Cost(n_samples=50))


def events(name: str = "events.jsonl") -> list[dict[str, Any]]:
    return [json.loads(line) for line in Path(name).read_text(encoding="utf-8").splitlines()]


def test_nothing_is_written_unless_asked_for() -> None:
    before = set(Path().iterdir())
    load_plugins().hooks.measured(OBSERVATION)
    assert set(Path().iterdir()) == before


def test_every_measurement_is_a_line_with_all_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUDITION_EVENTS", "events.jsonl")
    hooks = load_plugins().hooks
    hooks.measured(OBSERVATION)
    hooks.measured(OBSERVATION)
    first, second = events()
    assert first["event"] == second["event"] == "measured"
    assert first["at"] <= second["at"]
    assert (first["observation"]["loss"], first["observation"]["cost"]["n_samples"]) == (1.5, 50)


def test_every_selection_is_a_line_with_its_winner_and_cost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUDITION_EVENTS", "events.jsonl")
    result = CliRunner().invoke(app, ["select", "flan", "--source", "recorded", "--ratio", "1/8", "--json"])
    report = json.loads(result.stdout)
    (event,) = events()
    assert (event["event"], event["task"], event["selector"]) == ("selected", "flan", "guarded")
    assert event["winners"] == [report["strata"][0]["ranking"][0]["model"]]
    assert event["spent"] == report["spent"]


def test_a_log_that_cannot_be_written_stops_no_selection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUDITION_EVENTS", "no/such/folder/events.jsonl")
    hooks = load_plugins().hooks
    with pytest.warns(UserWarning, match="plugin 'events': audition_measured raised FileNotFoundError"):
        hooks.measured(OBSERVATION)
