from __future__ import annotations

import io
import sys
import types
from typing import TYPE_CHECKING

import pytest

from audition import hookimpl
from audition.errors import PluginError, PluginWarning
from audition.plugins.loading import load_plugins
from worlds.installed_plugins import GOOD, models_of

if TYPE_CHECKING:
    from worlds.throwaway import Site


BROKEN = "import no_such_module_of_anybody"


def test_a_plugin_is_known_by_name_origin_and_hooks(site: Site) -> None:
    site.install("toy-models", {"toy": GOOD}, version="0.3")
    (record,) = load_plugins(path=site.path).records
    assert (record.name, record.distribution, record.version, record.value) == ("toy", "toy-models", "0.3", "toy")
    assert (record.status, record.hooks, record.error) == ("loaded", ("audition_models",), None)


def test_each_load_is_fresh(site: Site) -> None:
    site.install("toy-models", {"toy": GOOD})
    assert load_plugins(path=site.path).hooks is not load_plugins(path=site.path).hooks
    assert models_of(site) == ["toy"]
    assert models_of(site, disabled=["toy"]) == []


def test_a_plugin_that_raises_on_import_is_named_and_the_rest_works(site: Site) -> None:
    site.install("bad-models", {"bad": BROKEN}, version="2.1")
    site.install("toy-models", {"toy": GOOD})
    with pytest.warns(PluginWarning) as warned:
        plugins = load_plugins(path=site.path)
    (message,) = [str(warning.message) for warning in warned]
    assert message.startswith("plugin 'bad' of bad-models 2.1 failed to load: ModuleNotFoundError: ")
    assert "no_such_module_of_anybody" in message
    assert [offer.entry.name for offer in plugins.hooks.models()] == ["toy"]
    (failure,) = plugins.failures
    assert (failure.name, failure.distribution, failure.status) == ("bad", "bad-models", "failed")


def test_a_plugin_that_exits_on_import_ends_nobody(site: Site) -> None:
    site.install("bad-models", {"bad": "import sys\nsys.exit('no')"})
    with pytest.warns(PluginWarning, match="plugin 'bad' .* SystemExit: no"):
        load_plugins(path=site.path)


def test_an_error_of_many_lines_is_told_in_one(site: Site) -> None:
    site.install("bad-models", {"bad": "raise ValueError('one\\n  two')"})
    with pytest.warns(PluginWarning, match="ValueError: one two$"):
        load_plugins(path=site.path)


def test_strict_makes_every_failure_an_error(site: Site) -> None:
    site.install("bad-models", {"bad": BROKEN, "worse": "1 / 0"})
    with pytest.raises(PluginError, match=r"'bad' of bad-models .*; plugin 'worse' .* ZeroDivisionError"):
        load_plugins(path=site.path, strict=True)


@pytest.mark.parametrize(("value", "is_strict"), [("1", True), ("true", True), ("0", False), ("", False)])
def test_strict_may_come_from_the_environment(
    site: Site, monkeypatch: pytest.MonkeyPatch, value: str, is_strict: bool
) -> None:
    site.install("bad-models", {"bad": BROKEN})
    monkeypatch.setenv("AUDITION_STRICT_PLUGINS", value)
    with pytest.raises(PluginError) if is_strict else pytest.warns(PluginWarning):
        load_plugins(path=site.path)


def test_a_second_name_for_one_module_fails(site: Site) -> None:
    site.install("toy-models", {"toy": GOOD}, plugins={"toy": "toy", "toy2": "toy"})
    with pytest.warns(PluginWarning, match="plugin 'toy2' .* is the same object as plugin 'toy'"):
        assert models_of(site) == ["toy"]


def test_a_blocked_plugin_is_never_imported(site: Site) -> None:
    site.install("bad-models", {"bad": BROKEN})
    site.install("toy-models", {"toy": GOOD})
    plugins = load_plugins(path=site.path, disabled=["bad", "toy"])
    assert [record.status for record in plugins.records] == ["blocked", "blocked"]
    assert "toy" not in sys.modules


def test_plugins_may_be_blocked_by_the_environment(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.install("bad-models", {"bad": BROKEN})
    site.install("toy-models", {"toy": GOOD})
    monkeypatch.setenv("AUDITION_DISABLE_PLUGINS", " bad, toy ,")
    assert models_of(site) == []


def test_blocking_a_plugin_that_is_not_there_is_warned_of(site: Site) -> None:
    site.install("toy-models", {"toy": GOOD})
    with pytest.warns(PluginWarning, match="no plugin 'toi' to disable; did you mean 'toy'"):
        load_plugins(path=site.path, disabled=["toi"])


def test_hook_calls_are_traced_with_the_plugin_and_what_it_returned(site: Site) -> None:
    site.install("toy-models", {"toy": GOOD})
    stderr = io.StringIO()
    load_plugins(path=site.path, trace=True, stderr=stderr).hooks.models()
    assert stderr.getvalue().startswith("trace: toy: audition_models() returned [ModelSpec(name='toy'")


def test_tracing_may_come_from_the_environment(
    site: Site, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    site.install("toy-models", {"toy": GOOD})
    load_plugins(path=site.path).hooks.models()
    assert capsys.readouterr().err == ""
    monkeypatch.setenv("AUDITION_TRACE", "1")
    load_plugins(path=site.path).hooks.models()
    assert "trace: toy: audition_models()" in capsys.readouterr().err


def test_first_party_plugins_must_load(site: Site) -> None:
    site.install("audition", {"own": BROKEN})
    with pytest.raises(PluginError, match="plugin 'own' of audition 1.0 must load: ModuleNotFoundError"):
        load_plugins(path=site.path)


def test_a_module_may_be_handed_over(site: Site) -> None:
    module = types.ModuleType("my_plugin")
    exec(GOOD, vars(module))  # noqa: S102 - the source of a plugin, as import would run it
    plugins = load_plugins(path=site.path, extra={"mine": module})
    (offer,) = plugins.hooks.models()
    assert (offer.entry.name, offer.plugin) == ("my_plugin", "mine")
    assert (plugins.records[0].distribution, plugins.records[0].value) == ("local", "my_plugin")


def test_what_was_handed_over_must_load(site: Site) -> None:
    class Misspelled:
        @hookimpl
        def audition_modles(self) -> list[str]:
            return []

    with pytest.raises(PluginError, match="plugin 'mine' of local must load: .* 'audition_modles'"):
        load_plugins(path=site.path, extra={"mine": Misspelled()})
