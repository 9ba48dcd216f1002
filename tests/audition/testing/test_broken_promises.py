"""Each conformance check catches the plugin that breaks its promise, and no other check does."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest

from audition.doctor.running import run
from audition.doctor.subjects import Subject
from audition.testing import (
    TOY_CURVES,
    AdapterConformance,
    BrokenPromise,
    CurvesConformance,
    ExecutorConformance,
    ModelConformance,
    PluginConformance,
    SelectorConformance,
    TaskConformance,
    ToyAdapter,
    ToyTask,
)
from audition.testing.adapters import PAIRS
from audition.testing.executors.base import ExecutorChecks
from audition.types import AdapterEntry, ExecutorEntry, SelectorEntry
from worlds.broken_promises import adapters, data, executors, plugins, selectors, tasks

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from audition.doctor.findings import Kind
    from worlds.throwaway import Site


def caught(kind: Kind, fixtures: Mapping[str, Mapping[str, Any]]) -> dict[str, str | None]:
    """Return the checks that each subject fails, by its name; None for none."""
    subjects = [Subject(kind=kind, name=name, fixtures=values) for name, values in fixtures.items()]
    failed: dict[str, set[str]] = {name: set() for name in fixtures}
    for finding in run(subjects):
        if finding.outcome == "broken":
            failed[finding.entry].add(finding.check.partition("[")[0])
            assert finding.promise
            assert finding.message
            assert finding.keep
    return {name: ", ".join(sorted(checks)) or None for name, checks in failed.items()}


def assert_all_seen_to_fail(conformance: type, checks: Iterable[str | None], *, elsewhere: str = "") -> None:
    """Every check of the class is one of `checks`, or is seen to fail by a test of its own, which `elsewhere` names."""
    seen = {check for checks_of_one in checks if checks_of_one for check in checks_of_one.split(", ")}
    every = {name.removeprefix("test_") for name in dir(conformance) if name.startswith("test_")}
    assert every - seen == ({elsewhere} if elsewhere else set())


@pytest.mark.slow
def test_a_broken_selector_is_caught_by_the_check_meant_for_it() -> None:
    expected = {make.__name__: check for make, check in selectors.BROKEN.items()}
    entries = {make.__name__: SelectorEntry(name="bad", make=make, summary="") for make in selectors.BROKEN}
    assert caught("selector", {name: {"entry": entry} for name, entry in entries.items()}) == expected
    assert_all_seen_to_fail(SelectorConformance, expected.values())


@pytest.mark.slow
def test_a_broken_task_is_caught_by_the_check_meant_for_it() -> None:
    expected = {task.__name__: check for task, check in tasks.BROKEN.items()}
    assert caught("task", {task.__name__: {"entry": tasks.entry_of(task)} for task in tasks.BROKEN}) == expected
    assert_all_seen_to_fail(TaskConformance, expected.values(), elsewhere="an_altered_task_has_another_fingerprint")


def test_a_fingerprint_that_does_not_see_a_change_is_caught() -> None:
    check = TaskConformance().test_an_altered_task_has_another_fingerprint
    check(ToyTask(), ToyTask(n_held_out=30))
    with pytest.raises(BrokenPromise, match="^a fingerprint changes with whatever the examples depend on, but both"):
        check(ToyTask(), ToyTask())


@pytest.mark.slow
def test_a_broken_executor_is_caught_by_the_check_meant_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ExecutorChecks, "patience", 1.0)
    expected = {make.__name__: check for make, check in executors.BROKEN.items()}
    entries = {make.__name__: ExecutorEntry(name="bad", make=make, summary="") for make in executors.BROKEN}
    assert caught("executor", {name: {"entry": entry} for name, entry in entries.items()}) == expected
    assert_all_seen_to_fail(ExecutorConformance, expected.values())


@pytest.mark.slow
def test_a_broken_adapter_is_caught_by_the_check_meant_for_it(tmp_path: Path) -> None:
    ToyAdapter(seed=3).save(tmp_path)
    fixtures = {
        name: {
            "entry": AdapterEntry(name="bad", model_types=("bad",), load=case.load),
            "spec": replace(case.spec, checkpoint=str(tmp_path)),
        }
        for name, case in adapters.BROKEN.items()
    }
    expected = {name: case.checks for name, case in adapters.BROKEN.items()}
    assert caught("adapter", fixtures) == expected
    assert_all_seen_to_fail(
        AdapterConformance,
        expected.values(),
        elsewhere="loss_equals_a_cross_entropy_computed_token_by_token",
    )


def test_a_loss_that_is_not_the_cross_entropy_is_caught() -> None:
    class Conformance(AdapterConformance):
        def reference_loss(self, adapter: object, example: object) -> float:
            return 1.0

    loss = float(ToyAdapter().loss(ToyAdapter().collate([_encoded()])).detach())
    with pytest.raises(BrokenPromise, match=f"it is {loss:.6g}, token by token 1\\n") as caught_one:
        Conformance().test_loss_equals_a_cross_entropy_computed_token_by_token(ToyAdapter(), PAIRS[0])
    assert "to keep it: sum, do not average" in str(caught_one.value)


def _encoded() -> Any:  # noqa: ANN401
    return ToyAdapter().encode(PAIRS[0], max_input_tokens=64, max_target_tokens=None)


def test_a_broken_model_is_caught_by_the_check_meant_for_it() -> None:
    fixtures = {name: {"spec": spec, "adapter_names": ["toy"]} for name, (spec, _) in data.MODELS.items()}
    expected = {name: check for name, (_, check) in data.MODELS.items()}
    assert caught("model", fixtures) == expected
    assert_all_seen_to_fail(ModelConformance, expected.values())


def test_broken_curves_are_caught_by_the_check_meant_for_them() -> None:
    task = TOY_CURVES[0].task
    fixtures = {name: {"task": task, "curves": curves} for name, (curves, _) in data.CURVES.items()}
    expected = {name: check for name, (_, check) in data.CURVES.items()}
    assert caught("curves", fixtures) == expected
    assert_all_seen_to_fail(CurvesConformance, expected.values())


@pytest.mark.slow
def test_a_broken_plugin_is_caught_by_the_check_meant_for_it(site: Site) -> None:
    site.install("broken-plugins", {name: source for name, (source, _) in plugins.BROKEN.items()}, plugins={})
    expected = {name: check for name, (_, check) in plugins.BROKEN.items()}
    assert caught("plugin", {name: {"plugin": import_module(name)} for name in plugins.BROKEN}) == expected
    assert_all_seen_to_fail(PluginConformance, expected.values())
