from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from audition.checkpoints import read_spec, resolve
from audition.checkpoints.files import checkpoint_files, weight_files
from audition.errors import UsageError
from worlds.checkpoint_folders import model

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("name", ["config.json", "model.safetensors"])
def test_a_folder_without_configuration_or_weights_is_refused(damaged: Path, name: str) -> None:
    (damaged / name).unlink()
    with pytest.raises(UsageError, match=rf"damaged' is not a checkpoint: it has no {name}"):
        resolve(model(damaged))


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
