from __future__ import annotations

import json

import pytest

from worlds.command import audition

NOUNS = ["models", "tasks", "selectors", "plugins"]


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
