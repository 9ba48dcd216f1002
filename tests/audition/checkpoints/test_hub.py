from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from audition.checkpoints.files import checkpoint_files
from audition.errors import UsageError
from worlds.checkpoint_folders import ask, cache_by_hand
from worlds.local_hub import COMMIT, Repository, local_hub

pytestmark = pytest.mark.slow  # each asks a hub of its own in another process


def test_the_hub_is_asked_once_and_then_the_cache_answers(gpt2: Path, tmp_path: Path) -> None:
    source = Path(shutil.copytree(gpt2, tmp_path / "source"))
    (source / "modeling_custom.py").write_text("raise SystemExit", encoding="utf-8")
    (source / "pytorch_model.bin").write_bytes(b"pickled")
    (source / "onnx").mkdir()
    (source / "onnx" / "config.json").write_text("{}", encoding="utf-8")
    with local_hub(org__name=Repository(source)) as hub:
        first = ask(tmp_path / "home", "org/name", {"HF_ENDPOINT": hub.endpoint})
        fetched = sorted(hub.fetched)
        again = ask(tmp_path / "home", "org/name", {"HF_ENDPOINT": hub.endpoint})
        assert sorted(hub.fetched) == fetched == sorted(checkpoint_files([path.name for path in gpt2.iterdir()]))
    offline = ask(tmp_path / "home", "org/name", {"HF_HUB_OFFLINE": "1"})
    unreachable = ask(tmp_path / "home", "org/name", {"HF_ENDPOINT": hub.endpoint})
    n_bytes = sum((source / name).stat().st_size for name in fetched)
    assert first["download_bytes"] == n_bytes
    assert (first["revision"], first["fingerprint"]) == (COMMIT, f"hub:{COMMIT}")
    assert again == offline == unreachable == {**first, "download_bytes": 0}
    assert not first["torch"]


def test_a_commit_in_the_cache_needs_no_hub(gpt2: Path, tmp_path: Path) -> None:
    cache_by_hand(gpt2, tmp_path / "home", "org/name")
    with local_hub() as hub:
        answer = ask(tmp_path / "home", "org/name", {"HF_ENDPOINT": hub.endpoint}, revision=COMMIT)
    assert answer["revision"] == COMMIT


def test_a_plan_has_the_sizes_of_the_hub(gpt2: Path, tmp_path: Path) -> None:
    with local_hub(org__name=Repository(gpt2, is_gated=True)) as hub:
        answer = ask(tmp_path / "home", "org/name", {"HF_ENDPOINT": hub.endpoint})
    assert answer["plan"] == [sum(path.stat().st_size for path in gpt2.iterdir()), "measured"]


def test_a_gated_model_needs_a_token_and_uses_it(gpt2: Path, tmp_path: Path) -> None:
    with local_hub(org__name=Repository(gpt2, is_gated=True)) as hub:
        hub.tokens.add("hf_right")
        without = ask(tmp_path / "home", "org/name", {"HF_ENDPOINT": hub.endpoint})
        wrong = ask(tmp_path / "home", "org/name", {"HF_ENDPOINT": hub.endpoint, "HF_TOKEN": "hf_wrong"})
        right = ask(tmp_path / "home", "org/name", {"HF_ENDPOINT": hub.endpoint, "HF_TOKEN": "hf_right"})
    accept = f"accept its licence at {hub.endpoint}/org/name and set HF_TOKEN"
    assert without["error"] == f"'org/name' is gated, and no token is set: {accept}"
    assert wrong["error"] == f"'org/name' is gated, and the token in use has no access: {accept}"
    assert right["revision"] == COMMIT


@pytest.mark.parametrize(
    ("checkpoint", "revision", "reason"),
    [
        ("org/other", None, "no model 'org/other' on the hub at http://.*; if it is private, set HF_TOKEN"),
        ("org/name", "v2", "'org/name' has no revision 'v2' on the hub"),
        ("a/b/c", None, "'a/b/c' is not a hub id: expected org/name"),
    ],
)
def test_what_the_hub_does_not_have_is_one_clear_line(
    gpt2: Path, tmp_path: Path, checkpoint: str, revision: str | None, reason: str
) -> None:
    with local_hub(org__name=Repository(gpt2)) as hub:
        answer = ask(tmp_path / "home", checkpoint, {"HF_ENDPOINT": hub.endpoint}, revision=revision)
    with pytest.raises(UsageError, match=rf"\A{reason}\Z"):
        raise UsageError(answer["error"])


def test_a_hub_that_does_not_answer_is_one_clear_line(tmp_path: Path) -> None:
    with local_hub() as hub:
        closed = hub.endpoint
    answer = ask(tmp_path / "home", "org/name", {"HF_ENDPOINT": closed})
    assert f"the hub at {closed} cannot be used (ConnectError" in answer["error"]
    assert "\n" not in answer["error"]


def test_a_repository_without_usable_weights_is_refused(gpt2: Path, tmp_path: Path) -> None:
    source = Path(shutil.copytree(gpt2, tmp_path / "source"))
    (source / "model.safetensors").rename(source / "model.gguf")
    with local_hub(org__name=Repository(source)) as hub:
        answer = ask(tmp_path / "home", "org/name", {"HF_ENDPOINT": hub.endpoint})
    assert answer["error"] == "'org/name' on the hub has no model.safetensors and no pytorch_model.bin"


def test_a_spec_is_read_from_the_hub_without_its_weights(gpt2: Path, tmp_path: Path) -> None:
    with local_hub(org__name=Repository(gpt2, branches=("main", "v2"))) as hub:
        spec = ask(tmp_path / "home", "org/name", {"HF_ENDPOINT": hub.endpoint}, revision="v2", only_read=True)
        assert hub.fetched == ["config.json"]
    assert (spec["name"], spec["checkpoint"], spec["revision"]) == ("org/name@v2", "org/name", "v2")
    assert spec["shape"]["d_model"] == 64
    assert spec["download_bytes"] == sum(path.stat().st_size for path in gpt2.iterdir())
