from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from audition.checkpoints import architecture_of, read_shape, read_spec, resolve
from audition.checkpoints.files import checkpoint_files, weight_files
from audition.errors import UsageError
from audition.testing.checkpoints import build_checkpoint
from audition.types import ModelShape, ModelSpec
from worlds.local_hub import COMMIT, Repository, local_hub

if TYPE_CHECKING:
    from collections.abc import Mapping

ASK = """
import json, sys
from dataclasses import asdict
from audition.checkpoints import describe_download, read_spec, resolve
from audition.errors import UsageError
from audition.types import ModelSpec
given = json.loads(sys.argv[1])
if given.pop("only_read", False):
    print(json.dumps(asdict(read_spec(given["checkpoint"], given.get("revision"), adapter_for=lambda kind: kind))))
    raise SystemExit
spec = ModelSpec(family="f", adapter="gpt2", architecture="decoder-only", licence="mit", n_params=None, **given)
try:
    checkpoint = resolve(spec)
    answer = {**asdict(checkpoint), "folder": str(checkpoint.folder)}
except UsageError as error:
    answer = {"error": str(error)}
answer["plan"] = describe_download(spec)
if "error" not in answer:
    answer["spec"] = asdict(read_spec(spec.checkpoint, spec.revision, adapter_for=lambda kind: kind))
answer["torch"] = "torch" in sys.modules
print(json.dumps(answer))
"""


def ask(home: Path, checkpoint: str, environment: Mapping[str, str], **given: Any) -> dict[str, Any]:  # noqa: ANN401 - of any field
    """Resolve a hub model in a process of its own: the hub's client reads its environment once."""
    model = {"name": checkpoint, "checkpoint": checkpoint, **given}
    settings = {"HF_HOME": str(home), "HF_HUB_DISABLE_PROGRESS_BARS": "1", **environment}
    clean = {name: value for name, value in os.environ.items() if not name.startswith("HF_")}
    clean["PYTHONPATH"] = os.pathsep.join(sys.path)
    finished = subprocess.run(
        [sys.executable, "-c", ASK, json.dumps(model)],
        env=clean | settings,
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    return dict(json.loads(finished.stdout))


def model(checkpoint: str | Path, **given: Any) -> ModelSpec:  # noqa: ANN401 - of any field
    known: dict[str, Any] = {"family": "gpt2", "adapter": "gpt2", "architecture": "decoder-only", "licence": "mit"}
    return ModelSpec(name="m", checkpoint=str(checkpoint), n_params=None, **known | given)


@pytest.fixture(scope="module")
def gpt2(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_checkpoint("gpt2", tmp_path_factory.mktemp("gpt2"))


@pytest.fixture
def damaged(gpt2: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(gpt2, tmp_path / "damaged"))


def cache_by_hand(checkpoint: Path, home: Path, name: str) -> Path:
    """Lay `checkpoint` out as the hub's client does."""
    repository = home / "hub" / f"models--{name.replace('/', '--')}"
    (repository / "refs").mkdir(parents=True)
    (repository / "refs" / "main").write_text(COMMIT, encoding="utf-8")
    return Path(shutil.copytree(checkpoint, repository / "snapshots" / COMMIT))


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


@pytest.mark.parametrize("name", ["config.json", "model.safetensors"])
def test_a_folder_without_configuration_or_weights_is_refused(damaged: Path, name: str) -> None:
    (damaged / name).unlink()
    with pytest.raises(UsageError, match=rf"damaged' is not a checkpoint: it has no {name}"):
        resolve(model(damaged))


def test_a_folder_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no folder '.*nowhere'"):
        resolve(model(tmp_path / "nowhere"))


def test_a_missing_shard_is_named(damaged: Path) -> None:
    (damaged / "model.safetensors").rename(damaged / "model-00001-of-00002.safetensors")
    parts = {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}
    (damaged / "model.safetensors.index.json").write_text(json.dumps({"weight_map": parts}), encoding="utf-8")
    with pytest.raises(UsageError, match=r"it has no model-00002-of-00002\.safetensors"):
        resolve(model(damaged))


def test_safetensors_are_preferred_and_other_formats_and_code_are_left_alone() -> None:
    repository = [
        "README.md", "config.json", "tokenizer.json", "merges.txt", "modeling_custom.py", "flax_model.msgpack",
        "tf_model.h5", "rust_model.ot", "model.safetensors", "model.fp16.safetensors", "pytorch_model.bin",
        "onnx/model.onnx", "onnx/config.json", "training_args.bin", "consolidated.safetensors",
    ]  # fmt: skip
    kept = ("README.md", "config.json", "merges.txt", "model.safetensors", "tokenizer.json")
    assert checkpoint_files(repository) == kept


def test_pickled_weights_are_taken_where_there_is_nothing_else() -> None:
    assert weight_files(["pytorch_model.bin", "config.json", "optimizer.bin"]) == ("pytorch_model.bin",)
    sharded = ["pytorch_model-00001-of-00002.bin", "pytorch_model-00002-of-00002.bin", "pytorch_model.bin.index.json"]
    assert weight_files(sharded) == tuple(sharded)


def test_a_spec_is_read_from_a_folder_without_torch_knowing(gpt2: Path) -> None:
    spec = read_spec(str(gpt2), adapter_for=lambda kind: f"for-{kind}")
    shape = ModelShape(
        n_layers=2, d_model=64, n_heads=4, d_head=16, d_ff=256, n_vocab=512, n_positions=256,
        activation="gelu_new", is_qkv_fused=True, dropout=0.1, attention_dropout=0.1,
    )  # fmt: skip
    assert spec == ModelSpec(
        name=str(gpt2),
        family="gpt2",
        adapter="for-gpt2",
        checkpoint=str(gpt2),
        architecture="decoder-only",
        licence="unknown",
        n_params=149_248,  # 512·64 + 256·64 + 2·(12·64² + 13·64) + 2·64
        shape=shape,
        download_bytes=0,
    )


def test_the_licence_is_read_from_the_front_matter(damaged: Path) -> None:
    card = "---\nlanguage: en\nlicense: apache-2.0\n---\n# A model\nlicense: not this one\n"
    (damaged / "README.md").write_text(card, encoding="utf-8")
    assert read_spec(str(damaged), adapter_for=str).licence == "apache-2.0"


def test_truncated_weights_are_refused(damaged: Path) -> None:
    weights = damaged / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])
    n_bytes = weights.stat().st_size
    with pytest.raises(UsageError, match=rf"model\.safetensors: must have {n_bytes + 100} bytes .* has {n_bytes}"):
        read_spec(str(damaged), adapter_for=str)


@pytest.mark.parametrize("content", [b"", b"not a header at all", b"\x02\0\0\0\0\0\0\0[]"])
def test_what_is_no_safetensors_file_is_refused(damaged: Path, content: bytes) -> None:
    (damaged / "model.safetensors").write_bytes(content)
    with pytest.raises(UsageError, match=r"model\.safetensors: not a safetensors file"):
        read_spec(str(damaged), adapter_for=str)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("{", r"config\.json: not JSON"),
        ("[1]", r"config\.json: must be a JSON object, got list"),
        ("{}", r"config\.json: 'model_type' must name an architecture, got None"),
    ],
)
def test_a_broken_configuration_is_refused(damaged: Path, content: str, reason: str) -> None:
    (damaged / "config.json").write_text(content, encoding="utf-8")
    with pytest.raises(UsageError, match=reason):
        read_spec(str(damaged), adapter_for=str)


def test_a_folder_that_is_quantised_already_is_refused(damaged: Path) -> None:
    config = json.loads((damaged / "config.json").read_text())
    quantised = config | {"quantization_config": {"quant_method": "bitsandbytes", "load_in_4bit": True}}
    (damaged / "config.json").write_text(json.dumps(quantised))
    with pytest.raises(UsageError, match=r"already quantised \(bitsandbytes\).*name the original"):
        read_spec(str(damaged), adapter_for=lambda _: "auto")


def test_a_folder_that_holds_an_adapter_is_refused(damaged: Path) -> None:
    (damaged / "adapter_config.json").write_text('{"base_model_name_or_path": "org/base"}')
    with pytest.raises(UsageError, match=r"holds an adapter of 'org/base'.*merge it"):
        read_spec(str(damaged), adapter_for=lambda _: "auto")


def test_an_encoder_alone_is_refused() -> None:
    with pytest.raises(UsageError, match=r"model type 'bert' \(BertForMaskedLM\) is neither a causal nor"):
        architecture_of({"model_type": "bert", "architectures": ["BertForMaskedLM"]})


@pytest.mark.parametrize(
    ("config", "architecture"),
    [
        ({"architectures": ["LlamaForCausalLM"]}, "decoder-only"),
        ({"architectures": ["GPT2LMHeadModel"]}, "decoder-only"),
        ({"architectures": ["BartModel"], "is_encoder_decoder": True}, "encoder-decoder"),
        ({"is_encoder_decoder": True, "num_experts": 8}, "encoder-decoder-moe"),
        ({"architectures": ["MixtralForCausalLM"], "num_local_experts": 8}, "decoder-only"),
    ],
)
def test_the_configuration_tells_the_architecture(config: dict[str, Any], architecture: str) -> None:
    assert architecture_of(config) == architecture


# From the models' configurations on the hub.
LLAMA = {
    "model_type": "llama", "hidden_size": 2048, "intermediate_size": 8192, "num_hidden_layers": 16,
    "num_attention_heads": 32, "num_key_value_heads": 8, "head_dim": 64, "vocab_size": 128256,
    "max_position_embeddings": 131072, "rms_norm_eps": 1e-05, "tie_word_embeddings": True,
}  # fmt: skip
MT5 = {
    "model_type": "mt5", "d_model": 768, "d_kv": 64, "d_ff": 2048, "num_layers": 12, "num_heads": 12,
    "vocab_size": 250112, "feed_forward_proj": "gated-gelu", "is_encoder_decoder": True, "tie_word_embeddings": False,
    "relative_attention_num_buckets": 32, "n_positions": 512,
}  # fmt: skip


def test_a_llama_shape_is_gated_and_has_heads_of_their_own_size() -> None:
    shape = ModelShape(
        n_layers=16,
        d_model=2048,
        n_heads=32,
        d_head=64,
        d_ff=8192,
        n_vocab=128256,
        n_positions=131072,
        is_gated_ff=True,
        n_kv_heads=8,
        activation="silu",
        norm="rms",
        has_rotary_positions=True,
    )
    assert read_shape(LLAMA) == shape


def test_an_mt5_shape_has_a_decoder_and_no_positions() -> None:
    shape = ModelShape(
        n_layers=12, n_decoder_layers=12, d_model=768, n_heads=12, d_head=64, d_ff=2048, n_vocab=250112,
        is_gated_ff=True, is_tied=False, activation="gelu_new", norm="rms", has_position_bias=True,
        dropout=0.1, attention_dropout=0.1, ff_dropout=0.1,
    )  # fmt: skip
    assert read_shape(MT5) == shape


def test_an_unknown_configuration_has_no_shape() -> None:
    assert read_shape({"model_type": "rwkv", "attention_hidden_size": 64}) is None


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


def test_a_cache_laid_out_by_hand_resolves_offline(gpt2: Path, tmp_path: Path) -> None:
    snapshot = cache_by_hand(gpt2, tmp_path / "home", "org/name")
    answer = ask(tmp_path / "home", "org/name", {"HF_HUB_OFFLINE": "1"})
    assert (answer["folder"], answer["revision"]) == (str(snapshot), COMMIT)
    assert answer["plan"] == [0, "measured"]
    assert answer["spec"]["n_params"] == 149_248


def test_a_commit_in_the_cache_needs_no_hub(gpt2: Path, tmp_path: Path) -> None:
    cache_by_hand(gpt2, tmp_path / "home", "org/name")
    with local_hub() as hub:
        answer = ask(tmp_path / "home", "org/name", {"HF_ENDPOINT": hub.endpoint}, revision=COMMIT)
    assert answer["revision"] == COMMIT


def test_an_incomplete_cache_says_so_offline(gpt2: Path, tmp_path: Path) -> None:
    snapshot = cache_by_hand(gpt2, tmp_path / "home", "org/name")
    (snapshot / "model.safetensors").unlink()
    answer = ask(tmp_path / "home", "org/name", {"HF_HUB_OFFLINE": "1"}, download_bytes=7)
    assert "'org/name' is not complete in the cache" in answer["error"]
    assert "HF_HUB_OFFLINE is set: unset it, or name a local folder" in answer["error"]
    assert answer["plan"] == [7, "estimated"]


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


PUBLISHED = files("audition_registries") / "models"


@pytest.mark.parametrize(
    "card", json.loads((PUBLISHED / "published.json").read_text(encoding="utf-8")), ids=lambda card: card["name"]
)
def test_the_shapes_of_the_papers_models_are_read_as_listed(card: dict[str, Any]) -> None:
    config = PUBLISHED / "configs" / f"{card['name'].replace('/', '__')}.json"
    settings = json.loads(config.read_text(encoding="utf-8"))
    assert read_shape(settings) == ModelShape(**card["shape"])
    assert architecture_of(settings) == card["architecture"]
