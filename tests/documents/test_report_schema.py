"""report.json is what its schema says: closed, described, and held against reports of every kind."""

from __future__ import annotations

import json
from dataclasses import fields
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from audition import select
from audition.plugins.loading import load_plugins
from audition.selection.provenance import of_plugins
from audition.types import Cost, Flag, Recipe, Status, Survey, TaskOptions
from audition.types.results.certainties import Certainty, NextStep
from audition.types.results.strata import Upgrade
from audition_plugins.selectors.guarded import Guarded
from audition_plugins.selectors.race import Race
from worlds.command import audition

if TYPE_CHECKING:
    from audition.testing import ToyExecutor
    from audition.types import Report
    from worlds.toy_selections import Opens

SCHEMA: dict[str, Any] = json.loads((files("audition") / "report.schema.json").read_text("utf-8"))
RECORDS = {
    "cost": Cost,
    "reading": Survey,
    "certainty": Certainty,
    "next_step": NextStep,
    "upgrade": Upgrade,
    "recipe": Recipe,
    "task_options": TaskOptions,
}


def violations(report: object) -> list[str]:
    validator = Draft202012Validator(SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER)
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(report)]


def as_read(report: Report) -> Any:  # noqa: ANN401 - JSON
    return json.loads(json.dumps(report.to_json(), allow_nan=False))


def test_the_schema_is_one_and_closed_and_every_field_is_described() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    records = {"report": SCHEMA, **SCHEMA["$defs"]}
    for name, record in records.items():
        assert record["description"], name
        if "properties" in record:
            assert record["additionalProperties"] is False, name
            undescribed = [key for key, field in record["properties"].items() if not {"description", "$ref"} & {*field}]
            assert not undescribed, name


@pytest.mark.parametrize("name", RECORDS)
def test_a_record_has_the_fields_of_its_type(name: str) -> None:
    described = SCHEMA["$defs"][name]
    assert set(described["properties"]) == {field.name for field in fields(RECORDS[name])}
    assert set(described["required"]) == set(described["properties"])


def test_statuses_and_flags_are_those_of_the_types() -> None:
    assert SCHEMA["$defs"]["status"]["enum"] == [*Status.__args__]  # type: ignore[attr-defined]  # a Literal
    assert SCHEMA["$defs"]["row"]["properties"]["flags"]["items"]["enum"] == [*Flag.__args__]  # type: ignore[attr-defined]


@pytest.mark.parametrize("selector", [None, "ats", "sub-tuning", "model-size", "ats-family", "race"])
def test_a_replay_is_valid(selector: str | None) -> None:
    ratio, spend = (None, "200000samples") if selector == "race" else ("1/64", None)
    report = select(
        "flan", source="recorded", models="gpt2*,facebook/opt*", selector=selector, ratio=ratio, spend=spend
    )
    assert violations(as_read(report)) == []


def test_a_replay_for_several_cards_is_valid_and_says_what_the_larger_gains() -> None:
    report = as_read(select("flan", source="recorded", ratio="1/64", memory="8GB,24GB"))
    assert report["upgrades"]
    assert violations(report) == []


def test_what_the_command_prints_is_valid() -> None:
    printed = audition("select", "wmt19", "--source", "recorded", "--ratio", "1/64", "--json").stdout
    assert violations(json.loads(printed)) == []


def test_a_live_selection_is_valid_with_failures_seeds_and_several_strata(open_selection: Opens) -> None:
    budgets = (2**20, 2**35, None)
    provenance = of_plugins(load_plugins())
    selection, _ = open_selection(
        "good", "fine", "diverges", "runs-out", seeds=(0, 1), memory_budgets=budgets, provenance=provenance
    )
    report = as_read(selection.run())
    assert len(report["strata"]) == 3
    assert {row["status"] for row in report["strata"][1]["ranking"]} == {"ok", "not-finite", "does-not-fit"}
    assert violations(report) == []


def test_an_interrupted_selection_is_valid(open_selection: Opens) -> None:
    selection, executor = open_selection("good", "fine", selector=Guarded(), provenance=of_plugins(load_plugins()))
    _interrupt(executor, after=3)
    report = as_read(selection.run())
    assert report["is_interrupted"]
    assert violations(report) == []


def test_a_race_with_a_next_step_is_valid(open_selection: Opens) -> None:
    selection, _ = open_selection("good", "fine", selector=Race(), min_size=25, provenance=of_plugins(load_plugins()))
    assert violations(as_read(selection.run())) == []


def test_a_field_that_nobody_described_is_found() -> None:
    report = as_read(select("flan", source="recorded", ratio="1/64", models="gpt2*"))
    report["strata"][0]["ranking"][0]["mood"] = "good"
    report["d_full"] = "many"
    assert [each.partition(":")[0] for each in violations(report)] == ["$.d_full", "$.strata[0].ranking[0]"]


def _interrupt(executor: ToyExecutor, after: int) -> None:
    """Let somebody press Ctrl-C when so many measurements are done."""
    honest = executor.run

    def run(request: Any, on_progress: Any) -> Any:  # noqa: ANN401
        if len(executor.measured) >= after:
            raise KeyboardInterrupt
        return honest(request, on_progress)

    executor.run = run  # type: ignore[method-assign]  # wrapped on this one object: Ctrl-C has to come between two runs
