from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from audition.errors import PluginWarning
from worlds.command import audition

if TYPE_CHECKING:
    from worlds.throwaway import Site


def test_a_failed_plugin_is_listed_with_its_error(site: Site) -> None:
    site.install("bad-models", {"bad": "import no_such_module_of_anybody"}, version="2.1")
    with pytest.warns(PluginWarning, match="bad-models"):
        listed = json.loads(audition("plugins", "--json").stdout)
    (record,) = [record for record in listed if record["name"] == "bad"]
    assert (record["status"], record["distribution"], record["version"]) == ("failed", "bad-models", "2.1")
    assert "no_such_module_of_anybody" in record["error"]
    with pytest.warns(PluginWarning):
        (row,) = [line for line in audition("plugins").stdout.splitlines() if line.startswith("bad ")]
    assert row.split()[:4] == ["bad", "failed", "bad-models", "2.1"]


def test_a_failed_plugin_ends_a_strict_run(site: Site) -> None:
    site.install("bad-models", {"bad": "1 / 0"})
    assert "error: plugin 'bad' of bad-models 1.0 failed" in audition("--strict-plugins", "models", code=2).stderr


def test_a_broken_hook_is_one_line_that_names_its_plugin(site: Site) -> None:
    site.install("bad-models", {"bad": "import audition\n@audition.hookimpl\ndef audition_models():\n    return 3\n"})
    message = "error: plugin 'bad': audition_models must return an iterable of ModelSpec, got 3\n"
    assert audition("models", code=2).stderr == message
