"""The tiny zoo as it is promised: real models, different, small, and worth their pre-training."""

from __future__ import annotations

import json
import struct
from math import prod
from pathlib import Path
from typing import Any

import pytest

import audition_registries
from audition.plugins.catalog import Catalog
from audition.plugins.loading import load_plugins

ZOO = audition_registries.path("zoo")
CARDS = {
    folder.name: json.loads((folder / "card.json").read_text(encoding="utf-8")) for folder in sorted(ZOO.iterdir())
}
ENGLISH = ("package-synopsis", "wordnet-instructions")


def stored_tensors(folder: Path) -> dict[str, Any]:
    """Return the header of the weights file: name → dtype and shape; BART's constant logits bias is no parameter."""
    with (folder / "model.safetensors").open("rb") as file:
        header: dict[str, Any] = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
    return {name: tensor for name, tensor in header.items() if name not in ("__metadata__", "final_logits_bias")}


def test_there_are_at_least_twelve_models_of_at_most_eighteen_million_parameters_in_all() -> None:
    assert len(CARDS) >= 12
    assert sum(card["n_params"] for card in CARDS.values()) <= 18_000_000
    assert all(200_000 <= card["n_params"] <= 4_000_000 for card in CARDS.values())


def test_together_they_weigh_at_most_forty_megabytes() -> None:
    assert sum(path.stat().st_size for path in ZOO.rglob("*") if path.is_file()) <= 40_000_000


def test_every_adapter_is_there_and_four_families_in_two_sizes() -> None:
    families = [card["family"] for card in CARDS.values()]
    assert {card["adapter"] for card in CARDS.values()} == {"gpt2", "opt", "phi", "bart", "t5", "switch"}
    assert {"tiny-t5", "tiny-t5-v1.1", "tiny-mt5"} <= set(families)
    assert sum(families.count(family) >= 2 for family in set(families)) >= 4


def test_they_differ_in_tokeniser_objective_and_language() -> None:
    assert {card["tokenizer"]["kind"] for card in CARDS.values()} == {"byte-level BPE", "unigram with byte fallback"}
    assert len({card["objective"].partition(",")[0] for card in CARDS.values()}) == 3
    assert sum("zh" in card["languages"] for card in CARDS.values()) >= 4


@pytest.mark.parametrize("name", CARDS)
def test_a_card_tells_the_truth_about_its_weights(name: str) -> None:
    tensors = stored_tensors(ZOO / name)
    assert {tensor["dtype"] for tensor in tensors.values()} == {"BF16"}
    assert sum(prod(tensor["shape"]) for tensor in tensors.values()) == CARDS[name]["n_params"]
    assert CARDS[name]["name"] == f"tiny/{name}"


@pytest.mark.parametrize("name", CARDS)
def test_pre_training_lowered_the_held_out_loss(name: str) -> None:
    losses = [loss for _, loss in CARDS[name]["pretraining"]["curve"]]
    assert losses[-1] < losses[0] - 1, "nats per token"


@pytest.mark.parametrize("name", CARDS)
def test_pre_training_is_worth_a_tenth_of_the_loss_after_two_hundred_examples(name: str) -> None:
    card = CARDS[name]
    for task in (*ENGLISH, *(["office-help-en-zh"] if "zh" in card["languages"] else [])):
        found = card["fine_tuning"][task]
        assert found["fine_tuned"] <= 0.9 * found["random_fine_tuned"], task


def test_every_card_is_a_model_of_the_catalog_with_its_weights_on_this_disk() -> None:
    models = Catalog(load_plugins()).models
    for card in CARDS.values():
        spec = models[card["name"]].entry
        assert Path(spec.checkpoint, "model.safetensors").is_file()
        assert spec.download_bytes == 0
        assert dict(spec.learning_rates) == card["learning_rates"]
