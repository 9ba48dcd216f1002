from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from audition.errors import PluginWarning
from audition.plugins.loading import load_plugins
from worlds.installed_plugins import GOOD, models_of

if TYPE_CHECKING:
    from worlds.throwaway import Site


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


def test_first_party_plugins_come_first(site: Site) -> None:
    site.install("aaa-models", {"aaa": GOOD})
    site.install("audition", {"zzz": GOOD})
    assert [record.name for record in load_plugins(path=site.path).records] == ["zzz", "aaa"]


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
