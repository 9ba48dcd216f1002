"""Write the paper's thirty models to the registry: configurations, shapes and parameter counts.

Every architecture is built on the meta device (no memory, no download) from its written configuration and its
parameters are counted, tied weights once. The counts must equal the paper's, apart from the named exceptions.
Run it before `make_registry.py`, which records the checksums. `--check` writes nothing.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from pathlib import Path
from typing import Any

import torch
from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForSeq2SeqLM

from audition.checkpoints.shapes import read_shape
from audition.text import codec
from published_cards import CARDS, Card, Config

REGISTRY = Path(__file__).resolve().parent.parent / "registries" / "audition_registries"
BYTES_PER_WEIGHT = {"float32": 4, "float16": 2}
#: the paper counts these without their encoder: it loaded them as decoder-only models
LEFT_OUT = {"facebook/bart-base", "facebook/bart-large", "facebook/bart-large-cnn", "facebook/bart-large-xsum"}


def config_file(name: str) -> str:
    """Return the file name of a model's configuration: `org__name.json`."""
    return name.replace("/", "__") + ".json"


def build(config: Config) -> torch.nn.Module:
    """Build the architecture on the meta device; an untied output matrix gets its own parameter."""
    options = {key: value for key, value in config.items() if key not in ("model_type", "architectures")}
    parsed = AutoConfig.for_model(config["model_type"], **options)
    auto = AutoModelForSeq2SeqLM if config.get("is_encoder_decoder") else AutoModelForCausalLM
    with torch.device("meta"):
        model: torch.nn.Module = auto.from_config(parsed)  # type: ignore[no-untyped-call]  # the library leaves it untyped
    # transformers 5 ties T5 and mT5 whatever the config says, and unties them when a checkpoint's two matrices differ.
    if not config["tie_word_embeddings"]:
        head = model.get_submodule("lm_head")
        head.register_parameter("weight", torch.nn.Parameter(torch.empty_like(head.get_parameter("weight"))))
    return model


def count(model: torch.nn.Module) -> int:
    """Return the number of parameters, shared ones once."""
    return sum(parameter.numel() for parameter in model.parameters())


def shape_of(config: Config) -> dict[str, Any]:
    """Return the shape of a configuration, as the harness reads it."""
    shape: dict[str, Any] = codec.to_json(read_shape(config))
    return shape


def check_shape(card: Card, shape: dict[str, Any], model: torch.nn.Module) -> None:
    """Raise ValueError where the built model has no matrix of the written shape."""
    sizes = {tuple(parameter.shape) for parameter in model.parameters()}
    width = card.config.get("word_embed_proj_dim", shape["d_model"])
    embedding = (shape["n_vocab"], width)
    feed_forward = {(shape["d_ff"], shape["d_model"]), (shape["d_model"], shape["d_ff"])}
    attention = (shape["d_model"], shape["n_heads"] * shape["d_head"])
    query_key_value = (shape["d_model"], 3 * shape["n_heads"] * shape["d_head"])  # GPT-2 keeps the three in one
    if embedding not in sizes or not feed_forward & sizes or not {attention, query_key_value} & sizes:
        raise ValueError(f"{card.name}: the written shape {shape} is not that of the built model")


def record(card: Card, published: dict[str, str]) -> dict[str, Any]:
    """Return the registry's record of one model."""
    model, shape = build(card.config), shape_of(card.config)
    check_shape(card, shape, model)
    n_params, n_published = count(model), int(published["n_params"])
    if (n_params == n_published) == (card.name in LEFT_OUT):
        raise ValueError(f"{card.name}: counted {n_params:,} parameters, the paper has {n_published:,}")
    return {
        "name": card.name, "family": published["paper_family"], "adapter": card.adapter, "checkpoint": card.name,
        "architecture": published["architecture"], "licence": card.licence, "is_gated": False,
        "languages": list(card.languages), "n_params": n_params, "n_params_published": n_published, "shape": shape,
        "config": f"configs/{config_file(card.name)}", "weights_dtype": card.dtype,
        "download_bytes": n_params * BYTES_PER_WEIGHT[card.dtype], "is_download_estimated": True,
    }  # fmt: skip


def as_json(value: object) -> str:
    """Return `value` as the registry writes JSON."""
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"


def outputs() -> dict[Path, str]:
    """Return the text of every file this script owns, by path."""
    with (REGISTRY / "paper" / "models.csv").open(encoding="utf-8", newline="") as file:
        published = {row["model"]: row for row in csv.DictReader(file)}
    if sorted(published) != sorted(card.name for card in CARDS):
        raise ValueError("the cards and the paper's models.csv name different models")
    files = {REGISTRY / "models" / "configs" / config_file(card.name): as_json(card.config) for card in CARDS}
    records = [compact(record(card, published[card.name])) for card in CARDS]
    return files | {REGISTRY / "models" / "published.json": "[\n" + ",\n".join(records) + "\n]\n"}


def compact(value: dict[str, Any]) -> str:
    """Return one record on one line: a diff then shows which model changed."""
    return json.dumps(value, ensure_ascii=False)


def main() -> int:
    """Write the files, or with `--check` say which are out of date."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; fail where a file is out of date")
    arguments = parser.parse_args()
    stale = {path: text for path, text in outputs().items() if not path.exists() or path.read_text("utf-8") != text}
    for path, text in stale.items():
        print(f"{'out of date' if arguments.check else 'wrote'}: {path.relative_to(REGISTRY)}")
        if not arguments.check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
    return 1 if arguments.check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
