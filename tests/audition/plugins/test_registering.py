from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from audition.errors import PluginWarning
from audition.plugins.loading import load_plugins
from worlds.installed_plugins import GOOD, models_of

if TYPE_CHECKING:
    from worlds.throwaway import Site


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
