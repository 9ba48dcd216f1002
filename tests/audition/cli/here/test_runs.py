"""Runs as a ledger keeps them: selections, dry runs, runs that were killed or failed, fine-tunings."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from audition import select
from audition.budgets.budget import SizeCap
from audition.cli.app import app
from audition.library.recording.records import RunRecord
from audition.measuring.ledger import Ledger
from audition.selection.config import SelectionConfig

if TYPE_CHECKING:
    from typer.testing import Result

CONFIG = SelectionConfig(task="flan", budget=SizeCap(Fraction(1, 64)))


@pytest.fixture
def ledger() -> Ledger:
    """Return a ledger with a replay's report as two runs, a dry run, a killed run, a failed one and an old one."""
    store = Ledger(".audition/ledger.db")
    for name, ratio in (("one", "1/64"), ("two", "1/128")):
        report = select("flan", source="recorded", ratio=ratio, models="gpt2*", selector="guarded")
        RunRecord(store, Path(name), "selection", CONFIG, "audition select flan").conclude(report)
    RunRecord(store, Path("dry"), "selection", CONFIG, "audition select flan").note("planned")
    RunRecord(store, Path("killed"), "selection", CONFIG, "audition select flan").note("running")
    failed = RunRecord(store, Path("failed"), "fine-tuning", replace(CONFIG, task="t"), "audition finetune a t")
    with pytest.raises(RuntimeError), failed.running():
        raise RuntimeError("the disk is full")
    old = report.to_json()
    for new in ("commands", "choice", "certainty"):
        del old[new]
    store.add_run("old", Path("old"), old)
    return store


def said(*words: str) -> Result:
    return CliRunner().invoke(app, ["runs", *words])


@pytest.mark.usefixtures("ledger")
def test_every_run_is_listed_with_how_far_it_came() -> None:
    states = {each["id"]: each["state"] for each in json.loads(said("--json").stdout)}
    assert states == {
        "one": "finished",
        "two": "finished",
        "dry": "planned",
        "killed": "running",
        "failed": "failed",
        "old": "finished",
    }
    table = said("list").stdout
    assert max(map(len, table.splitlines())) <= 80
    assert "gpt2-xl" in table or "gpt2-large" in table


@pytest.mark.usefixtures("ledger")
def test_a_run_is_shown_with_its_ranking_advice_cost_and_command() -> None:
    page = said("show", "one").stdout
    report = select("flan", source="recorded", ratio="1/64", models="gpt2*", selector="guarded")
    assert report.recommendation in page
    assert "repeat:\n  audition select flan --source recorded --models 'gpt2*' --ratio 1/64\n" in page
    assert "budget: 1/64 of the training set" in page
    assert f"{report.strata[0].ranking[0].predicted_loss:.4f}" in page


@pytest.mark.parametrize(("run", "words"), [("dry", "planned"), ("failed", "the disk is full"), ("old", "gpt2-xl")])
@pytest.mark.usefixtures("ledger")
def test_a_run_without_a_report_and_one_of_an_older_version_are_shown_as_far_as_they_go(run: str, words: str) -> None:
    shown = said("show", run)
    assert shown.exit_code == 0
    assert words in shown.stdout
    assert json.loads(said("show", run, "--json").stdout)["task"] in ("flan", "t")


@pytest.mark.usefixtures("ledger")
def test_two_runs_differ_in_what_was_asked_and_where_candidates_stand() -> None:
    found = json.loads(said("diff", "one", "two", "--json").stdout)
    assert {each[""] for each in found["settings"]} == {"budget"}
    losses = {each["model"]: (each["predicted"], each["then predicted"]) for each in found["candidates"]}
    first, second = (
        select("flan", source="recorded", ratio=ratio, models="gpt2*", selector="guarded").strata[0].ranking
        for ratio in ("1/64", "1/128")
    )
    for row in first:
        after = next(each for each in second if each.model == row.model)
        assert losses[row.model] == pytest.approx((row.predicted_loss, after.predicted_loss), abs=5e-5)
    assert "Both were asked the same." in said("diff", "two", "two").stdout


@pytest.mark.usefixtures("ledger")
def test_a_run_that_there_is_not_and_a_beginning_of_several_are_one_line() -> None:
    assert said("show", "none").output.startswith("error: no run called 'none'")
    assert said("diff", "one", "").exit_code == 2


def test_an_empty_folder_has_no_runs_and_gets_no_ledger() -> None:
    assert said("list").stdout == "nothing has been run here yet\n"
    assert not Path(".audition").exists()
