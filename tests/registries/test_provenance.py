from __future__ import annotations

import hashlib
import tomllib

import audition_registries

ROOT = audition_registries.path()
ENTRIES = tomllib.loads(audition_registries.path("PROVENANCE.toml").read_text("utf-8"))["file"]


def data_files() -> set[str]:
    files = (path for path in ROOT.rglob("*") if path.is_file() and path.suffix not in (".py", ".pyc", ".typed"))
    return {path.relative_to(ROOT).as_posix() for path in files} - {"PROVENANCE.toml"}


def test_every_data_file_is_listed_once_and_every_listed_file_is_there() -> None:
    listed = [entry["path"] for entry in ENTRIES]
    assert len(listed) == len(set(listed))
    assert set(listed) == data_files()


def test_every_listed_file_has_the_recorded_sha256() -> None:
    for entry in ENTRIES:
        digest = hashlib.sha256(ROOT.joinpath(entry["path"]).read_bytes()).hexdigest()
        assert digest == entry["sha256"], entry["path"]


def test_every_listed_file_names_its_source_and_licence() -> None:
    for entry in ENTRIES:
        assert set(entry) == {"path", "source", "licence", "sha256"}
        assert entry["source"].strip(), entry["path"]
        assert entry["licence"].strip(), entry["path"]


def test_the_notices_that_must_travel_with_the_data_are_in_the_package() -> None:
    wordnet = audition_registries.path("licences", "wordnet-copyright.txt").read_text("utf-8")
    assert "WordNet 3.0 Copyright 2006 by Princeton University" in wordnet
    assert "THIS SOFTWARE AND DATABASE IS PROVIDED" in wordnet
    mozilla = audition_registries.path("licences", "MPL-2.0.txt").read_text("utf-8")
    assert mozilla.startswith("Mozilla Public License Version 2.0")


def test_path_names_a_file_whether_or_not_it_exists() -> None:
    assert audition_registries.path("paper", "models.csv").is_file()
    assert not audition_registries.path("paper", "no-such-table.csv").exists()
