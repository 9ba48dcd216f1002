from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from audition.cli.app import app
from audition.errors import PluginWarning, UsageError

if TYPE_CHECKING:
    from typer.testing import Result

    from worlds.throwaway import Site

NOUNS = ["models", "tasks", "selectors", "plugins"]
every_noun = pytest.mark.parametrize("noun", NOUNS)


def audition(*arguments: str, code: int = 0) -> Result:
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == code, result.output
    return result


@every_noun
def test_a_noun_alone_lists(noun: str) -> None:
    assert audition(noun).stdout == audition(noun, "list").stdout
    assert audition(noun, "--json").stdout == audition(noun, "list", "--json").stdout


@every_noun
def test_a_listing_names_each_entry_once_in_the_table_and_in_json(noun: str) -> None:
    entries = json.loads(audition(noun, "--json").stdout)
    heading, _, *rows = audition(noun).stdout.splitlines()
    assert heading.split()[0] == noun.removesuffix("s")
    assert len(rows) == len(entries) > 0
    assert len({entry["name"] for entry in entries}) == len(entries)


@every_noun
def test_a_noun_explains_itself(noun: str) -> None:
    assert "list" in audition(noun, "--help").stdout


@pytest.mark.parametrize("noun", ["models", "tasks", "selectors"])
def test_every_entry_says_which_plugin_offers_it(noun: str) -> None:
    plugins = {plugin["name"] for plugin in json.loads(audition("plugins", "--json").stdout)}
    assert {entry["plugin"] for entry in json.loads(audition(noun, "--json").stdout)} <= plugins


def test_models_show_parameters_as_counted_and_as_published() -> None:
    *_, row = audition("models", "facebook/bart-base").stdout.splitlines()
    assert row.split()[:6] == ["facebook/bart-base", "bart", "bart", "encoder-decoder", "139M", "96.10M"]


def test_models_are_filtered_by_pattern_and_family() -> None:
    def names(*arguments: str) -> list[str]:
        return [model["name"] for model in json.loads(audition("models", *arguments, "--json").stdout)]

    assert sorted(names("gpt2*")) == ["gpt2", "gpt2-large", "gpt2-medium", "gpt2-xl"]
    assert all("opt" in name for name in names("--family", "opt"))
    assert names("*-350m", "--family", "opt") == ["facebook/opt-350m"]
    assert audition("models", "nothing-like-it").stdout == "no model matches 'nothing-like-it'\n"


def test_an_unknown_family_is_one_line_and_code_2() -> None:
    result = audition("models", "--family", "gtp2", code=2)
    assert result.stderr == "error: no model family called 'gtp2'. Did you mean gpt2?\n"
    assert result.stdout == ""


def test_debugging_shows_the_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUDITION_DEBUG", "1")
    result = CliRunner().invoke(app, ["models", "--family", "gtp2"])
    assert isinstance(result.exception, UsageError)


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


def test_ctrl_c_says_that_nothing_is_lost(site: Site) -> None:
    source = "import audition\n@audition.hookimpl\ndef audition_models():\n    raise KeyboardInterrupt\n"
    site.install("bad-models", {"bad": source})
    assert audition("models", code=130).stderr == "interrupted; finished measurements are kept\n"


def test_an_unknown_command_is_answered_with_a_near_miss() -> None:
    assert "Did you mean 'models'?" in audition("modles", code=2).stderr


def test_without_a_command_help_is_shown() -> None:
    assert "Usage: audition" in CliRunner().invoke(app, [], prog_name="audition").output
