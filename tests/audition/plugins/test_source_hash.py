from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

from audition.plugins.loading import load_plugins
from audition.plugins.source_hash import source_hash

if TYPE_CHECKING:
    from worlds.throwaway import Site

PLUGIN = "from audition import hookimpl\n@hookimpl\ndef audition_models():\n    return []\n"


def hash_of(site: Site, name: str) -> str | None:
    (record,) = [record for record in load_plugins(path=site.path).records if record.name == name]
    return record.sha256


def test_equal_code_has_an_equal_hash_wherever_it_is_and_other_code_another(site: Site) -> None:
    site.install("toy-models", {"toy": PLUGIN})
    first = hash_of(site, "toy")
    assert first is not None
    assert len(first) == 64
    path = site.folder / "toy.py"
    path.write_bytes(PLUGIN.replace("\n", "\r\n").encode())
    assert hash_of(site, "toy") == first, "a checkout on Windows"
    path.write_text(PLUGIN + "# mended\n")
    assert hash_of(site, "toy") != first


def test_the_hash_of_a_package_is_of_all_its_modules(site: Site) -> None:
    site.install("toy-models", {}, plugins={"toy": "toy_package"})
    package = site.folder / "toy_package"
    package.mkdir()
    (package / "__init__.py").write_text("from toy_package.models import audition_models\n")
    (package / "models.py").write_text(PLUGIN)
    site.modules |= {"toy_package", "toy_package.models"}
    first = hash_of(site, "toy")
    (package / "models.py").write_text(PLUGIN + "# mended\n")
    assert hash_of(site, "toy") != first


def test_what_has_no_source_has_no_hash() -> None:
    assert source_hash(ModuleType("made_in_memory")) is None
    assert source_hash(import_module("itertools")) is None


def test_every_first_party_plugin_has_a_hash_of_its_own() -> None:
    hashes = [record.sha256 for record in load_plugins().records if record.distribution == "audition"]
    assert None not in hashes
    assert len(set(hashes)) == len(hashes) > 5
