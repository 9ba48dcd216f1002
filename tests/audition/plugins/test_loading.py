from __future__ import annotations

import io
import sys
import types
from typing import TYPE_CHECKING

import pytest

from audition import hookimpl
from audition.errors import PluginError, PluginWarning
from audition.plugins.loading import load_plugins

if TYPE_CHECKING:
    from worlds.throwaway import Site

GOOD = """
from audition import hookimpl
from audition.types import ModelSpec

@hookimpl
def audition_models():
    return [ModelSpec(
        name=__name__, family="toy", adapter="toy", checkpoint="toy", architecture="decoder-only",
        licence="mit", n_params=1,
    )]
"""
BROKEN = "import no_such_module_of_anybody"


def models_of(site: Site, **options: object) -> list[str]:
    plugins = load_plugins(path=site.path, **options)  # type: ignore[arg-type]
    return [offer.entry.name for offer in plugins.hooks.models()]


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


def test_a_misspelled_hook_names_its_plugin_and_the_hook_meant(site: Site) -> None:
    site.install("bad-models", {"bad": GOOD.replace("audition_models", "audition_modles")})
    with pytest.warns(
        PluginWarning, match="plugin 'bad' of .* no hook 'audition_modles'; did you mean 'audition_models'"
    ):
        load_plugins(path=site.path)


def test_nothing_of_a_plugin_with_a_misspelled_hook_stays_behind(site: Site) -> None:
    misspelled = "\n@hookimpl\ndef audition_taks():\n    return []\n"
    site.install("bad-models", {"bad": GOOD + misspelled})
    site.install("toy-models", {"toy": GOOD})
    with pytest.warns(PluginWarning):
        assert models_of(site) == ["toy"]


def test_nothing_of_a_plugin_with_a_wrong_argument_stays_behind(site: Site) -> None:
    site.install("bad-models", {"bad": GOOD + "\n@hookimpl\ndef audition_tasks(size):\n    return []\n"})
    with pytest.warns(PluginWarning, match=r"plugin 'bad' .*audition_tasks.*size"):
        assert models_of(site) == []


def test_a_hook_without_its_marker_is_named(site: Site) -> None:
    site.install("bad-models", {"bad": GOOD.replace("@hookimpl", "")})
    with pytest.warns(PluginWarning, match="audition_models is not marked with @audition.hookimpl"):
        load_plugins(path=site.path)


def test_a_wrapper_is_refused_since_it_would_depend_on_the_order_of_plugins(site: Site) -> None:
    wrapper = "from audition import hookimpl\n@hookimpl(wrapper=True)\ndef audition_models():\n    return (yield)\n"
    site.install("bad-models", {"bad": wrapper})
    with pytest.warns(PluginWarning, match="audition_models must not be a wrapper"):
        load_plugins(path=site.path)


@pytest.mark.parametrize("order", [("first-kit", "second-kit"), ("second-kit", "first-kit")])
def test_of_two_plugins_with_one_name_the_second_in_sorted_order_fails(site: Site, order: tuple[str, str]) -> None:
    path = []
    for distribution in order:
        module = distribution.replace("-", "_")
        folder = site.beside(distribution)
        folder.install(distribution, {module: GOOD}, plugins={"toy": module})
        path += folder.path
    with pytest.warns(
        PluginWarning, match="plugin 'toy' of second-kit .*: first-kit has a plugin of this name already"
    ):
        plugins = load_plugins(path=path)
    assert [offer.entry.name for offer in plugins.hooks.models()] == ["first_kit"]


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


def test_first_party_plugins_come_first(site: Site) -> None:
    site.install("aaa-models", {"aaa": GOOD})
    site.install("audition", {"zzz": GOOD})
    assert [record.name for record in load_plugins(path=site.path).records] == ["zzz", "aaa"]


def test_first_party_plugins_must_load(site: Site) -> None:
    site.install("audition", {"own": BROKEN})
    with pytest.raises(PluginError, match="plugin 'own' of audition 1.0 must load: ModuleNotFoundError"):
        load_plugins(path=site.path)


def test_nobody_takes_the_name_of_a_first_party_plugin(site: Site) -> None:
    site.install("audition", {"own": GOOD})
    site.install("aaa-models", {"theirs": GOOD}, plugins={"own": "theirs"})
    with pytest.warns(PluginWarning, match="plugin 'own' of aaa-models .*: audition has a plugin of this name already"):
        assert models_of(site) == ["own"]


@pytest.mark.parametrize("entry_points", [b"[audition]\na line without its value\n", b"[audition]\nother =\n"])
def test_malformed_entry_points_are_a_failure_of_their_distribution(site: Site, entry_points: bytes) -> None:
    site.install("toy-models", {"toy": GOOD})
    (site.install("bad-models", {}) / "entry_points.txt").write_bytes(entry_points)
    with pytest.warns(PluginWarning, match="bad-models"):
        assert models_of(site) == ["toy"]


def test_broken_metadata_of_others_stops_nothing(site: Site) -> None:
    site.install("toy-models", {"toy": GOOD})
    (site.install("bad-models", {}) / "entry_points.txt").write_bytes(b"\xff\xfe\x00")
    (site.folder / "empty-1.0.dist-info").mkdir()
    assert models_of(site) == ["toy"]


def test_a_plugin_without_metadata_still_loads(site: Site) -> None:
    (site.install("toy-models", {"toy": GOOD}) / "METADATA").unlink()
    (record,) = load_plugins(path=site.path).records
    assert (record.status, record.distribution, record.version) == ("loaded", "unknown", "unknown")


def test_of_two_copies_of_a_distribution_the_first_on_the_path_counts(site: Site) -> None:
    older = site.beside("older")
    older.install("Toy.Models", {"toy": GOOD}, version="1.0")
    site.install("toy-models", {"toy": GOOD}, version="2.0")
    (record,) = load_plugins(path=[*site.path, *older.path]).records
    assert record.version == "2.0"


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
