from __future__ import annotations

import json
from inspect import signature
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from audition import hookimpl, library, select
from audition.catalog import Catalog
from audition.cli.app import app
from audition.cli.do import bench as benchmarking
from audition.cli.do import finetune as finetuning
from audition.cli.do import fit as fitting
from audition.cli.do import select as commands
from audition.cli.look import models_plan as planning
from audition.errors import BudgetExceeded, UsageError
from audition.library.progress import Display
from audition.measuring.ledger import Ledger
from audition.plugins import load_plugins
from audition.testing import build_toy_checkpoint
from audition.testing.toy import plugin as toys
from audition_plugins import selectors

if TYPE_CHECKING:
    from collections.abc import Callable

    from audition.selection.plan import Plan
    from audition.types import LossUnit, Observation, Progress, Report

RECIPE = 'extends = "quick"\nlearning_rates = [0.01]\nbatch_sizes = [8]\nepochs = 1\nprecision = "fp32"\nn_test = 20\n'
PAIRS = [
    (commands.select, library.select),
    (finetuning.finetune, library.finetune),
    (benchmarking.bench, library.bench),
    (fitting.fit, library.fit),
    (planning.plan_models, library.plan_memory),
]
#: what a command has for its output on a screen or in a file, and a function returns
OF_COMMANDS = {"ctx", "as_json", "wide", "dry_run", "form", "output", "leaderboards", "others", "plot", "plugin"}
OF_COMMANDS |= {"config", "quiet"}
#: what is a matter of Python
OF_FUNCTIONS = {"plugin", "catalog", "progress", "with_", "is_leaderboard", "output"}


class Watching(Display):
    """Remembers what it was told."""

    def __init__(self, kind: str = "none", loss_unit: LossUnit = "nats/byte") -> None:
        super().__init__("none", loss_unit)
        self.plans: list[Plan] = []
        self.seen: list[tuple[str, int, bool]] = []

    def planned(self, plan: Plan) -> None:
        self.plans.append(plan)

    def step(self, step: Progress) -> None:
        """Draw nothing."""

    def observed(self, observation: Observation, is_known: bool) -> None:
        self.seen.append((observation.model, observation.n_samples, is_known))


@pytest.fixture
def selected() -> list[Report]:
    return []


@pytest.fixture
def toy(tmp_path: Path, selected: list[Report]) -> Catalog:
    """Return a catalog of three toys on this disk, and a plugin that hears of selections."""
    mine = ModuleType("mine")
    models = [build_toy_checkpoint(tmp_path / name, f"mine/{name}") for name in ("one", "two")]
    mine.audition_models = hookimpl(lambda: models)  # type: ignore[attr-defined]  # a module takes any attribute
    mine.audition_selected = hookimpl(lambda report: selected.append(report))  # type: ignore[attr-defined]  # likewise
    Path("toy.toml").write_text(RECIPE)
    return Catalog(load_plugins(extra={"toys": toys, "mine": mine, "selectors": selectors}, path=[], files=()))


@pytest.fixture
def run(toy: Catalog) -> Callable[..., Report]:
    def select_toys(**words: object) -> Report:
        usual = {"models": "mine/*", "selector": "toy", "executor": "toy", "recipe": "./toy.toml", "ratio": "1/4"}
        return select("toy/colours", catalog=toy, **{"progress": "none", **usual, **words})  # type: ignore[arg-type]  # words of `select`

    return select_toys


def test_a_replay_is_what_the_command_prints() -> None:
    words = {"selector": "our-fit", "ratio": "1/128", "models": "gpt2*,facebook/opt*"}
    said = CliRunner().invoke(
        app, ["select", "flan", "--source", "recorded", "--json", *(f"--{name}={words[name]}" for name in words)]
    )
    report = select("flan", source="recorded", **words).to_json()  # type: ignore[arg-type]  # words of `select`
    printed = json.loads(said.stdout)
    for each in (report, printed):
        del each["provenance"]["started_at"]
    assert json.loads(json.dumps(report)) == printed


@pytest.mark.parametrize(("command", "function"), PAIRS)
def test_a_function_has_the_words_and_the_defaults_of_its_command(
    command: Callable[..., None], function: Callable[..., object]
) -> None:
    options, words = signature(command).parameters, signature(function).parameters
    assert options.keys() - OF_COMMANDS == words.keys() - OF_FUNCTIONS
    for name in options.keys() & words.keys() - {"plugin"}:
        assert (options[name].default or None) == (words[name].default or None), name


def test_a_selection_leaves_a_run_folder_a_ledger_entry_and_is_heard_of(
    run: Callable[..., Report], selected: list[Report]
) -> None:
    report = run(output="kept")
    assert selected == [report]
    assert json.loads(Path("kept/report.json").read_text())["recommended"] == report.recommended
    (entry,) = Ledger(".audition/ledger.db").runs()
    assert entry["folder"] == str(Path("kept").resolve())
    again = run(output="again")
    assert again.spent.samples_processed == 0, "the ledger has it all"
    assert again.strata[0].ranking == report.strata[0].ranking


def test_a_display_hears_of_the_plan_and_of_every_measurement(run: Callable[..., Report]) -> None:
    display = Watching()
    run(progress=display)
    (plan,) = display.plans
    assert [model.model for model in plan.models] == ["mine/one", "mine/two"]
    assert sorted({model for model, *_ in display.seen}) == ["mine/one", "mine/two"]
    assert not any(is_known for *_, is_known in display.seen)


@pytest.mark.parametrize("spend", ["1flops", "0.000001s"])
def test_a_limit_of_operations_or_seconds_holds_without_a_plan(run: Callable[..., Report], spend: str) -> None:
    display = Watching()
    with pytest.raises(BudgetExceeded, match="the budget is"):
        run(spend=spend, progress=display)
    assert display.seen == [], "nothing was measured"


def test_what_is_wrong_is_one_line() -> None:
    with pytest.raises(UsageError, match="recorded curves are what they are"):
        select("flan", source="recorded", recheck=True)
    with pytest.raises(UsageError, match=r"a ratio must be above 0 and at most 1, got 2\.0"):
        select("flan", ratio=2.0)


def test_a_report_is_a_frame_a_page_and_a_picture(run: Callable[..., Report]) -> None:
    report = run()
    frame = report.to_frame()
    assert list(frame["model"]) == [row.model for row in report.strata[0].ranking]
    assert list(frame["score"]) == [row.score for row in report.strata[0].ranking]
    html = report._repr_html_()
    assert "<table" in html
    assert "mine/one" in html
    drawn = report.plot().to_svg()
    assert drawn.startswith("<svg")
    assert "mine/two" in drawn


def test_a_time_chooses_how_much_is_measured_and_says_so(run: Callable[..., Report]) -> None:
    report = run(ratio=None, within="1h", min_size=50)
    assert report.choice.startswith("Within 1 h: up to all the rows")
    assert report.budget == "1 of the training set", "toys take no time"
    assert "--ratio 1 " in report.commands["repeat"]
    capped = run(ratio="1/4", within="1h", min_size=50)
    assert capped.budget == "1/4 of the training set"
    assert capped.choice.endswith("the most that was allowed.")


def test_too_little_time_for_a_selector_of_ones_own_is_one_line(run: Callable[..., Report]) -> None:
    with pytest.raises(UsageError, match="0 s does not pay for the fewest sizes of all 2 candidates, about"):
        run(ratio=None, within="0.000001s", min_size=50)


def test_too_little_time_for_everybody_is_a_race_for_what_it_pays(run: Callable[..., Report]) -> None:
    display = Watching()
    with pytest.raises(BudgetExceeded, match="the budget is"):
        run(ratio=None, within="0.000001s", min_size=50, selector=None, progress=display)
    assert display.plans[0].choice.endswith("they race for what it pays.")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"within": "1h", "spend": "1h"}, "give one of them"),
        ({"within": "soon"}, "a time must be such as 20min"),
    ],
)
def test_times_that_make_no_sense_are_one_line(run: Callable[..., Report], words: dict[str, str], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        run(ratio=None, **words)


def test_a_replay_takes_no_time() -> None:
    with pytest.raises(UsageError, match="a replay takes no time"):
        select("flan", source="recorded", within="1h")


def test_a_limit_buys_smaller_subsets_and_ends_in_a_ranking(run: Callable[..., Report]) -> None:
    whole = run(ratio=1, min_size=25, selector="guarded")
    half = run(ratio=None, spend="1000samples", min_size=25, selector="guarded")
    assert half.strata[0].ranking[0].rank == 1
    assert half.spent.n_samples + half.reused.n_samples <= 1000
    assert max(each.n_samples for each in half.strata[0].measured) < max(
        each.n_samples for each in whole.strata[0].measured
    )
