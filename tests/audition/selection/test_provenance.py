from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from audition.errors import PluginWarning
from audition.hookspecs import VERSION
from audition.plugins.loading import load_plugins
from audition.selection.provenance import definitions, of_plugins
from audition.text import codec

if TYPE_CHECKING:
    from worlds.throwaway import Site

PLUGIN = "from audition import hookimpl\n@hookimpl\ndef audition_models():\n    return []\n"


def test_a_report_names_every_plugin_with_version_hash_and_error(site: Site) -> None:
    site.install("toy-models", {"toy": PLUGIN}, version="0.3")
    site.install("bad-models", {"bad": "1 / 0"})
    with pytest.warns(PluginWarning):
        plugins = load_plugins(path=site.path)
    found = codec.to_json(of_plugins(plugins))
    assert found["hook_specification"] == VERSION
    bad, toy = found["plugins"]
    assert (bad["name"], bad["status"], bad["sha256"]) == ("bad", "failed", None)
    assert "ZeroDivisionError" in bad["error"]
    assert (toy["distribution"], toy["version"], toy["status"], toy["path"]) == ("toy-models", "0.3", "loaded", None)
    assert toy["sha256"] == plugins.records[1].sha256 is not None


def test_definitions_are_name_version_and_the_first_digits_of_the_hash(site: Site) -> None:
    site.install("toy-models", {"toy": PLUGIN, "other": PLUGIN}, version="0.3")
    plugins = load_plugins(path=site.path)
    audition, toy = definitions(plugins, {"toy"})
    assert audition.startswith("audition ")
    assert toy == f"toy 0.3 sha256:{(plugins.records[1].sha256 or '')[:12]}"
