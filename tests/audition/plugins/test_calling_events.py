from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from audition.errors import PluginWarning
from audition.types import Observation

if TYPE_CHECKING:
    from collections.abc import Callable

    from audition.plugins.calling import Hooks

OBSERVATION = Observation(model="toy", task="toy", n_samples=0, loss=1.0)


def test_audition_measured_tells_every_plugin(hooks_of: Callable[..., Hooks]) -> None:
    heard: list[tuple[str, Observation]] = []
    hooks_of(
        "audition_measured",
        ada=lambda observation: heard.append(("ada", observation)),
        bob=lambda observation: heard.append(("bob", observation)),
    ).measured(OBSERVATION)
    assert heard == [("ada", OBSERVATION), ("bob", OBSERVATION)]


def test_audition_measured_that_raises_is_a_warning_and_the_others_are_told(hooks_of: Callable[..., Hooks]) -> None:
    def fail(observation: Observation) -> None:
        raise OSError("disk full")

    heard: list[Observation] = []
    hooks = hooks_of("audition_measured", ada=fail, bob=lambda observation: heard.append(observation))
    with pytest.warns(PluginWarning, match="plugin 'ada': audition_measured raised OSError: disk full"):
        hooks.measured(OBSERVATION)
    assert heard == [OBSERVATION]


def test_audition_selected_that_raises_is_a_warning_and_the_others_are_told(hooks_of: Callable[..., Hooks]) -> None:
    def fail(report: object) -> None:
        raise OSError("disk full")

    heard: list[object] = []
    report = object()  # the hook hands it on as it is
    hooks = hooks_of("audition_selected", ada=fail, bob=lambda report: heard.append(report))
    with pytest.warns(PluginWarning, match="plugin 'ada': audition_selected raised OSError: disk full"):
        hooks.selected(report)  # type: ignore[arg-type]
    assert heard == [report]


def test_a_plugin_may_leave_out_the_argument_it_does_not_need(hooks_of: Callable[..., Hooks]) -> None:
    heard: list[str] = []
    hooks_of("audition_measured", ada=lambda: heard.append("ada")).measured(OBSERVATION)
    assert heard == ["ada"]
