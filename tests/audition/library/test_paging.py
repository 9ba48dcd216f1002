from __future__ import annotations

import json
from pathlib import Path

import pytest

from audition import page, select
from audition.budgets.budget import SizeCap
from audition.budgets.parsing import parse_ratio
from audition.errors import UsageError
from audition.library.recording.records import RunRecord
from audition.measuring.ledger import Ledger
from audition.selection.config import SelectionConfig

WORDS = {"source": "recorded", "ratio": "1/64", "models": "gpt2*", "selector": "guarded"}


def test_a_replay_with_a_folder_leaves_a_page_unless_it_is_not_wanted() -> None:
    select("flan", output="with", **WORDS)  # type: ignore[arg-type]  # words of `select`
    select("flan", output="without", no_page=True, **WORDS)  # type: ignore[arg-type]  # likewise
    assert "gpt2-xl" in Path("with/page.html").read_text()
    assert not Path("without/page.html").exists()
    assert page("without") == Path("without/page.html")
    assert page("without/report.json", output="elsewhere") == Path("elsewhere/page.html")
    assert Path("elsewhere/page.html").read_text() == Path("without/page.html").read_text()


def test_the_latest_run_of_the_ledger_is_the_page_that_nobody_named() -> None:
    store = Ledger(".audition/ledger.db")
    report = select("flan", **WORDS)  # type: ignore[arg-type]  # words of `select`
    config = SelectionConfig(task="flan", budget=SizeCap(parse_ratio("1/64")))
    RunRecord(store, Path("done"), "selection", config, "audition select flan").conclude(report)
    RunRecord(store, Path("planned"), "selection", config, "audition select flan").note("planned")
    assert page() == Path("done/page.html").resolve()
    assert page("do") == Path("done/page.html").resolve()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "not the report of a selection"),
        ("[1]", "not the report of a selection"),
        (json.dumps({"strata": 5, "task": "t", "provenance": {}, "spent": {}}), "its report is damaged: TypeError"),
        (json.dumps({"strata": [{}], "task": "t", "provenance": {}, "spent": {}}), "its report is damaged: KeyError"),
    ],
)
def test_a_damaged_report_is_one_line(content: str, message: str) -> None:
    Path("report.json").write_text(content)
    with pytest.raises(UsageError, match=message):
        page("report.json")


def test_a_run_that_there_is_not_is_one_line() -> None:
    with pytest.raises(UsageError, match="no selection has finished with"):
        page()
    with pytest.raises(UsageError, match=r"no run called 'x'. \(a folder or a report.json works, too\)"):
        page("x")


def test_the_ends_of_logs_are_shown_where_a_candidate_failed() -> None:
    select("flan", output="run", no_page=True, **WORDS)  # type: ignore[arg-type]  # words of `select`
    report = json.loads(Path("run/report.json").read_text())
    Path("run/workers").mkdir()
    Path("run/workers/worker-1.log").write_text("\n".join(f"line {number} <b>" for number in range(100)))
    assert "line 99" not in page("run").read_text()
    report["strata"][0]["ranking"][-1]["status"] = "crashed"
    Path("run/report.json").write_text(json.dumps(report))
    text = page("run").read_text()
    assert "line 99 &lt;b&gt;" in text
    assert "line 69" not in text
