from __future__ import annotations

import io
from fractions import Fraction

import pytest
from rich.console import Console

from audition.budgets.budget import SizeCap
from audition.library.progress import Display, Kind, shows_bars
from audition.selection.config import SelectionConfig
from audition.types import Cost, Observation
from worlds.headways import plan_of, seen

CONFIG = SelectionConfig(task="t", budget=SizeCap(Fraction(1)))


@pytest.mark.parametrize(
    ("kind", "is_terminal", "expected"),
    [("auto", True, True), ("auto", False, False), ("bar", False, True), ("lines", True, False), ("none", True, False)],
)
def test_bars_are_drawn_where_they_can_be_and_are_wanted(kind: Kind, is_terminal: bool, expected: bool) -> None:
    console = Console(file=io.StringIO(), force_terminal=is_terminal, _environ={"TERM": "xterm"})
    assert shows_bars(kind, console) is expected


def test_nothing_moves_on_a_terminal_that_cannot_go_back() -> None:
    assert not shows_bars("auto", Console(file=io.StringIO(), force_terminal=True, _environ={"TERM": "dumb"}))


@pytest.mark.parametrize(
    ("kind", "expected"), [("lines", "m 200 examples 1.2500 nats/byte (3.0 s, measured)\n"), ("none", "")]
)
def test_a_measurement_is_one_line_or_nothing(kind: Kind, expected: str, capsys: pytest.CaptureFixture[str]) -> None:
    with Display(kind, "nats/byte") as display:
        display.observed(Observation(model="m", task="t", n_samples=200, loss=1.25, cost=Cost(seconds=3.0)), False)
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", expected)


def test_a_measurement_of_a_plan_says_first_how_far_all_of_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    with Display("lines", "nats/byte") as display:
        display.begun(plan_of("one", "two", seconds=300.0), CONFIG, lambda: None)
        display.observed(seen("one", 200, 1.2345, seconds=300.0), False)
    line = "[1/4, about 15 min left] one 200 examples 1.2345 nats/byte (300.0 s, measured)\n"
    assert capsys.readouterr().err == line


def test_a_selection_that_is_all_in_the_ledger_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with Display("auto", "nats/byte") as display:
        display.begun(plan_of("one", "two", n_in_ledger=2), CONFIG, lambda: None)
        for model in ("one", "two"):
            for size in (200, 100):
                display.observed(seen(model, size, 1.0), True)
    assert capsys.readouterr().err == "4 measurements from the ledger\n"


def test_what_is_measured_beyond_the_ledger_is_a_line_all_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    with Display("auto", "nats/byte") as display:
        display.begun(plan_of("one", n_in_ledger=2), CONFIG, lambda: None)
        display.observed(seen("one", 200, 1.0), True)
        display.observed(seen("one", 200, 1.5, seconds=2.0), False)
    expected = "one 200 examples 1.5000 nats/byte (2.0 s, measured)\n1 measurement from the ledger\n"
    assert capsys.readouterr().err == expected


@pytest.mark.parametrize("n_in_ledger", [0, 2])
def test_of_kind_none_nothing_is_said(n_in_ledger: int, capsys: pytest.CaptureFixture[str]) -> None:
    with Display("none", "nats/byte") as display:
        display.begun(plan_of("one", n_in_ledger=n_in_ledger), CONFIG, lambda: None)
        display.observed(seen("one", 200, 1.0), n_in_ledger > 0)
    assert capsys.readouterr() == ("", "")
