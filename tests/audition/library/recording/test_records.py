from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from audition.budgets.budget import SizeCap
from audition.library.recording.records import RunRecord
from audition.measuring.ledger import Ledger
from audition.selection.config import SelectionConfig


def test_a_run_is_known_from_before_its_first_measurement_and_how_it_ended() -> None:
    store = Ledger("ledger.db")
    config = SelectionConfig(task="rows.csv", budget=SizeCap(Fraction(1, 8)), models=("a", "b"))
    record = RunRecord(store, Path("folder"), "selection", config, "audition select rows.csv")
    states = []
    record.note("planned", plan={"seconds": 3.0})
    states.append(store.runs()[0]["report"])

    def interrupted() -> None:
        with record.running():
            states.append(store.runs()[0]["report"])
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    states.append(store.runs()[0]["report"])
    assert [each["state"] for each in states] == ["planned", "running", "interrupted"]
    assert all(each["commands"] == {"repeat": "audition select rows.csv"} for each in states)
    assert states[-1]["plan"] == {"seconds": 3.0}
    assert len(store.runs()) == 1, "one run, rewritten"
