from __future__ import annotations

import json

import pytest

from worlds.command import audition

NOUNS = ["models", "tasks", "selectors", "executors", "plugins"]


every_noun = pytest.mark.parametrize("noun", NOUNS)


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


def test_executors_are_listed_and_one_is_shown_with_its_options() -> None:
    names = {each["name"] for each in json.loads(audition("executors", "--json").stdout)}
    assert "local" in names
    assert "It takes no option." in audition("executors", "local").stdout


def test_a_selector_is_shown_with_the_options_and_defaults_of_its_signature() -> None:
    shown = json.loads(audition("selectors", "ats", "--json").stdout)
    assert [(each["name"], each["kind"], each["default"]) for each in shown["options"]] == [
        ("k", "int", "3"),
        ("delta", "float", "5.0"),
        ("final_line", "Literal['all', 'published']", "all"),
    ]
    unknown = audition("selectors", "atz", code=2)
    assert unknown.output.startswith("error: no selector called 'atz'. Did you mean")
