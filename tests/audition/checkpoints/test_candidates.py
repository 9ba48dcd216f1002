from __future__ import annotations

import shutil
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pytest

from audition.checkpoints.candidates import resolve_candidates
from audition.errors import UsageError
from audition.testing.checkpoints import build_checkpoint
from audition.types import AdapterEntry, ModelSpec, Registered
from audition_plugins.models import auto, gpt2

if TYPE_CHECKING:
    from pathlib import Path


def listed(name: str, family: str, checkpoint: str = "") -> Registered[ModelSpec]:
    spec = ModelSpec(
        name=name,
        family=family,
        adapter="gpt2",
        checkpoint=checkpoint or name,
        architecture="decoder-only",
        licence="mit",
        n_params=None,
    )
    return Registered(entry=spec, plugin="test")


OFFERS = (
    listed("gpt2", "gpt2", "openai-community/gpt2"),
    listed("gpt2-medium", "gpt2"),
    listed("facebook/opt-350m", "opt"),
    listed("facebook/opt-1.3b", "opt"),
    listed("tiny/gpt2-1.3m", "tiny-gpt2", "/zoo/gpt2-1.3m"),
    listed("tiny/opt-1.3m", "tiny-opt", "/zoo/opt-1.3m"),
)


@dataclass
class Listing:
    models: dict[str, Registered[ModelSpec]] = field(
        default_factory=lambda: {offer.entry.name: offer for offer in OFFERS}
    )

    def adapter_for(self, model_type: str) -> AdapterEntry:
        return gpt2.ENTRY if model_type in gpt2.MODEL_TYPES else auto.ENTRY


def names(*patterns: str, exclude: tuple[str, ...] = ()) -> list[str]:
    return [spec.name for spec in resolve_candidates(patterns, exclude, Listing())]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return build_checkpoint("llama", tmp_path / "mine")


def test_a_listed_name_is_itself() -> None:
    assert resolve_candidates(["facebook/opt-350m"], [], Listing()) == (OFFERS[2].entry,)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("gpt2*", ["gpt2", "gpt2-medium"]),
        ("GPT2*", ["gpt2", "gpt2-medium"]),
        ("tiny/*", ["tiny/gpt2-1.3m", "tiny/opt-1.3m"]),
        ("*/opt-?.3?", ["facebook/opt-1.3b", "tiny/opt-1.3m"]),
        ("family:opt", ["facebook/opt-350m", "facebook/opt-1.3b"]),
        ("family:tiny-*", ["tiny/gpt2-1.3m", "tiny/opt-1.3m"]),
        ("*", [offer.entry.name for offer in OFFERS]),
    ],
)
def test_patterns_name_listed_models(pattern: str, expected: list[str]) -> None:
    assert names(pattern) == expected


def test_lists_keep_their_order_and_name_each_model_once() -> None:
    assert names("tiny/opt-1.3m, gpt2", "gpt2*,,gpt2") == ["tiny/opt-1.3m", "gpt2", "gpt2-medium"]


def test_excluded_models_do_not_take_part() -> None:
    assert names("*", exclude=("family:opt,tiny/*", "gpt2")) == ["gpt2-medium"]
    assert names("gpt2*", exclude=("openai-community/gpt2",)) == ["gpt2-medium"]


def test_excluding_a_listed_model_that_does_not_take_part_changes_nothing() -> None:
    assert names("gpt2", exclude=("facebook/opt-350m",)) == ["gpt2"]


@pytest.mark.parametrize(
    ("patterns", "exclude", "reason"),
    [
        (["gpt2-mediun"], [], r"no model called 'gpt2-mediun'\. Did you mean gpt2-medium"),
        (["gpt3*"], [], r"no model called 'gpt3\*'\. Did you mean gpt2"),
        (["family:op"], [], r"no model family called 'op'\. Did you mean opt"),
        (["facebook/opt-350n"], [], r"'facebook/opt-350n' is not complete in the cache.*Did you mean the listed f"),
        (["gpt2"], ["gtp2"], r"no model to exclude called 'gtp2'\. Did you mean gpt2"),
        (["gpt2"], ["gpt2*"], r"no models left of 'gpt2' without 'gpt2\*'"),
        ([], [], r"no models left of ''"),
        (["./nowhere"], [], r"no folder '.*/nowhere'"),
        (["mine"], [], r"no model called 'mine'.*or \./folder"),
    ],
)
def test_what_names_nothing_is_refused(patterns: list[str], exclude: list[str], reason: str) -> None:
    with pytest.raises(UsageError, match=reason):
        resolve_candidates(patterns, exclude, Listing())


def test_the_hub_id_of_a_listed_model_means_that_model() -> None:
    assert names("openai-community/gpt2") == ["gpt2"]


def test_a_listed_model_takes_a_revision() -> None:
    found = resolve_candidates(["gpt2@v1", "openai-community/gpt2@v1"], [], Listing())
    assert found == (replace(OFFERS[0].entry, name="gpt2@v1", revision="v1"),)


@pytest.mark.parametrize("path", ["./mine", "./mine/", "../{parent}/mine", "{absolute}"])
def test_a_folder_is_read_through_the_adapter_that_claims_it(folder: Path, path: str) -> None:
    written = path.format(parent=folder.parent.name, absolute=folder)
    (spec,) = resolve_candidates([written], [], Listing())
    assert (spec.adapter, spec.family, spec.checkpoint) == ("auto", "llama", str(folder))
    assert spec.name == written.rstrip("/")
    assert spec.n_params == 139_584


def test_two_paths_to_one_folder_are_one_candidate(folder: Path) -> None:
    assert names(str(folder), "./mine", "./other/../mine") == [str(folder)]


def test_a_folder_can_be_excluded(folder: Path) -> None:
    assert names("gpt2", "./mine", exclude=(str(folder),)) == ["gpt2"]


def test_the_home_folder_is_understood(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(folder.parent))
    (spec,) = resolve_candidates(["~/mine"], [], Listing())
    assert (spec.name, spec.checkpoint) == ("~/mine", str(folder))


def test_a_listed_name_wins_over_a_folder_of_that_name(folder: Path) -> None:
    shutil.copytree(folder, folder.parent / "gpt2")
    assert [spec.name for spec in resolve_candidates(["gpt2", "./gpt2"], [], Listing())] == ["gpt2", "./gpt2"]
