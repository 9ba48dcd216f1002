from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from dataclasses import fields

import pytest

import audition_registries
from audition.types import ModelShape
from worlds.paths import ROOT

RECORDS = json.loads(audition_registries.path("models", "published.json").read_text("utf-8"))
BY_NAME = {record["name"]: record for record in RECORDS}
SHAPE = {field.name for field in fields(ModelShape)}
ADAPTERS = {"gpt2", "opt", "phi", "bart", "t5", "switch"}
WITHOUT_ENCODER = {"facebook/bart-base", "facebook/bart-large", "facebook/bart-large-cnn", "facebook/bart-large-xsum"}


def read_paper() -> dict[str, dict[str, str]]:
    with audition_registries.path("paper", "models.csv").open(encoding="utf-8", newline="") as file:
        return {row["model"]: row for row in csv.DictReader(file)}


def test_the_thirty_models_are_listed_in_the_papers_order_and_spelling() -> None:
    assert [record["name"] for record in RECORDS] == list(read_paper())
    assert len(BY_NAME) == 30


def test_every_record_is_complete() -> None:
    for record in RECORDS:
        assert record["checkpoint"] == record["name"]
        assert record["adapter"] in ADAPTERS
        assert record["licence"]
        assert record["languages"]
        assert record["is_gated"] is False
        assert set(record["shape"]) == SHAPE


def test_family_and_architecture_are_the_papers() -> None:
    for name, row in read_paper().items():
        assert BY_NAME[name]["family"] == row["paper_family"]
        assert BY_NAME[name]["architecture"] == row["architecture"]


def test_real_counts_equal_the_papers_except_for_bart_whose_encoder_it_leaves_out() -> None:
    for name, row in read_paper().items():
        record = BY_NAME[name]
        assert record["n_params_published"] == int(row["n_params"])
        assert (record["n_params"] != record["n_params_published"]) == (name in WITHOUT_ENCODER)


@pytest.mark.parametrize(
    ("name", "n_params"),
    [
        # counts shown by the hub for its safetensors files
        ("facebook/bart-base", 139_420_416),
        ("facebook/bart-large-cnn", 406_290_432),
        ("gpt2", 124_439_808),
        ("microsoft/phi-2", 2_779_683_840),
    ],
)
def test_well_known_counts_are_met(name: str, n_params: int) -> None:
    assert BY_NAME[name]["n_params"] == n_params


def test_shapes_are_consistent_with_the_architecture() -> None:
    for record in RECORDS:
        shape = record["shape"]
        assert (shape["n_decoder_layers"] is None) == (record["architecture"] == "decoder-only")
        assert (shape["n_experts"] > 1) == (record["architecture"] == "encoder-decoder-moe")
        assert shape["n_heads"] * shape["d_head"] == shape["d_model"]


def test_misprints_of_the_papers_shapes_are_not_taken_over() -> None:
    # models.csv: bart-large-cnn "12/13", bart-large-xsum "12/14", bart-base "12/12", mT5-large d_model 768
    layers = {name: BY_NAME[name]["shape"] for name in ("facebook/bart-large-cnn", "facebook/bart-large-xsum")}
    assert {(shape["n_layers"], shape["n_decoder_layers"]) for shape in layers.values()} == {(12, 12)}
    assert BY_NAME["facebook/bart-base"]["shape"]["n_decoder_layers"] == 6
    assert BY_NAME["google/mt5-large"]["shape"]["d_model"] == 1024


def test_download_sizes_are_estimates_from_the_stored_type() -> None:
    n_bytes = {"float32": 4, "float16": 2}
    for record in RECORDS:
        assert record["is_download_estimated"] is True
        assert record["download_bytes"] == record["n_params"] * n_bytes[record["weights_dtype"]]


def test_every_model_has_a_configuration_and_no_configuration_is_left_over() -> None:
    folder = audition_registries.path("models", "configs")
    named = {record["config"].removeprefix("configs/") for record in RECORDS}
    assert named == {path.name for path in folder.iterdir()}
    for record in RECORDS:
        config = json.loads(audition_registries.path("models", record["config"]).read_text("utf-8"))
        assert config["vocab_size"] == record["shape"]["n_vocab"]
        assert config["tie_word_embeddings"] is record["shape"]["is_tied"]


@pytest.mark.slow
def test_building_every_architecture_gives_the_recorded_files() -> None:
    script = ROOT / "scripts" / "count_published_models.py"
    environment = {**os.environ, "HF_HUB_OFFLINE": "1"}
    done = subprocess.run(
        [sys.executable, str(script), "--check"], capture_output=True, text=True, env=environment, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
