from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from audition.checkpoints import resolve
from audition.errors import UsageError
from worlds.checkpoint_folders import ask, cache_by_hand, model
from worlds.local_hub import COMMIT

if TYPE_CHECKING:
    from pathlib import Path


def test_a_folder_resolves_to_itself(gpt2: Path) -> None:
    checkpoint = resolve(model(gpt2))
    assert (checkpoint.folder, checkpoint.revision, checkpoint.download_bytes) == (gpt2, None, 0)


def test_a_folder_is_fingerprinted_by_its_weights_configuration_and_tokeniser(damaged: Path) -> None:
    def fingerprint() -> str:
        return resolve(model(damaged)).fingerprint

    seen = {fingerprint()}
    (damaged / "README.md").write_text("about", encoding="utf-8")
    (damaged / "notes.txt").write_text("more", encoding="utf-8")
    assert {fingerprint()} == seen
    for name in ("config.json", "tokenizer.json", "model.safetensors"):
        (damaged / name).write_bytes((damaged / name).read_bytes() + b" ")
        seen.add(fingerprint())
    assert len(seen) == 4


def test_a_copied_folder_has_the_same_fingerprint(gpt2: Path, damaged: Path) -> None:
    assert resolve(model(gpt2)).fingerprint == resolve(model(damaged)).fingerprint


def test_a_folder_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no folder '.*nowhere'"):
        resolve(model(tmp_path / "nowhere"))


def test_a_cache_laid_out_by_hand_resolves_offline(gpt2: Path, tmp_path: Path) -> None:
    snapshot = cache_by_hand(gpt2, tmp_path / "home", "org/name")
    answer = ask(tmp_path / "home", "org/name", {"HF_HUB_OFFLINE": "1"})
    assert (answer["folder"], answer["revision"]) == (str(snapshot), COMMIT)
    assert answer["plan"] == [0, "measured"]
    assert answer["spec"]["n_params"] == 149_248


def test_an_incomplete_cache_says_so_offline(gpt2: Path, tmp_path: Path) -> None:
    snapshot = cache_by_hand(gpt2, tmp_path / "home", "org/name")
    (snapshot / "model.safetensors").unlink()
    answer = ask(tmp_path / "home", "org/name", {"HF_HUB_OFFLINE": "1"}, download_bytes=7)
    assert "'org/name' is not complete in the cache" in answer["error"]
    assert "HF_HUB_OFFLINE is set: unset it, or name a local folder" in answer["error"]
    assert answer["plan"] == [7, "estimated"]
