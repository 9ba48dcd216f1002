from __future__ import annotations

import io

import pytest
from rich.console import Console

from audition.library.progress import Display, Kind, shows_bars
from audition.types import Cost, Observation


@pytest.mark.parametrize(
    ("kind", "is_terminal", "expected"),
    [("auto", True, True), ("auto", False, False), ("bar", False, True), ("lines", True, False), ("none", True, False)],
)
def test_bars_are_drawn_where_they_can_be_and_are_wanted(kind: Kind, is_terminal: bool, expected: bool) -> None:
    assert shows_bars(kind, Console(file=io.StringIO(), force_terminal=is_terminal)) is expected


@pytest.mark.parametrize(
    ("kind", "expected"), [("lines", "m  200 examples  1.2500 nats/byte  (3.0 s, measured)\n"), ("none", "")]
)
def test_a_measurement_is_one_line_or_nothing(kind: Kind, expected: str, capsys: pytest.CaptureFixture[str]) -> None:
    with Display(kind, "nats/byte") as display:
        display.observed(Observation(model="m", task="t", n_samples=200, loss=1.25, cost=Cost(seconds=3.0)), False)
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", expected)
