from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from audition.checkup.plugins import check_plugins
from audition.errors import PluginError
from audition.plugins.catalog import Catalog
from audition.plugins.loading import load_plugins

if TYPE_CHECKING:
    from worlds.throwaway import Site

CLASHING = """
from audition import hookimpl
from audition.types import ModelSpec

@hookimpl
def audition_models():
    return [ModelSpec(name="m", family="f", adapter="auto", checkpoint="m", architecture="unknown", licence="MIT",
                      n_params=None)]
"""


def test_plugins_that_load_are_counted() -> None:
    check = check_plugins(lambda: Catalog(load_plugins(disabled=["events"])))
    assert check.verdict == "ok"
    assert check.found.endswith("loaded, blocked: events")


def test_a_plugin_that_fails_is_a_problem_with_its_reason_and_no_second_warning(site: Site) -> None:
    site.install("audition-bad", {"bad": "raise RuntimeError('no licence')"})
    check = check_plugins(lambda: Catalog(load_plugins(path=site.path)))
    assert check.verdict == "problem"
    assert "plugin 'bad' of audition-bad 1.0 failed to load: RuntimeError: no licence" in check.found
    assert check.advice.endswith("AUDITION_DISABLE_PLUGINS=bad")


def test_plugins_that_clash_are_a_problem(site: Site) -> None:
    site.install("audition-twins", {"one": CLASHING, "two": CLASHING})
    check = check_plugins(lambda: Catalog(load_plugins(path=site.path)))
    assert check.verdict == "problem"
    assert "plugins 'one' and 'two' both offer model 'm'" in check.found


def test_a_plugin_that_must_load_and_does_not_is_a_problem() -> None:
    def fail() -> Catalog:
        raise PluginError("plugin 'models' of audition must load: it is gone")

    check = check_plugins(fail)
    assert (check.verdict, check.found) == ("problem", "plugin 'models' of audition must load: it is gone")


@pytest.mark.parametrize("variable", ["AUDITION_STRICT_PLUGINS"])
def test_a_strict_environment_makes_it_no_traceback(site: Site, monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    monkeypatch.setenv(variable, "1")
    site.install("audition-bad", {"bad": "raise RuntimeError('no licence')"})
    assert check_plugins(lambda: Catalog(load_plugins(path=site.path))).verdict == "problem"
