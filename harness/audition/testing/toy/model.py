"""The model that the toy adapter loads, and a checkpoint of it: no torch is needed to write one."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from audition.types import ModelSpec

TOY_MODEL = ModelSpec(
    name="toy/gru",
    family="toy",
    adapter="toy",
    checkpoint="toy",
    architecture="decoder-only",
    licence="Apache-2.0",
    n_params=14_883,
    languages=("en",),
    download_bytes=0,
    learning_rates=(("*", 0.03),),
)


def toy_model(name: str, **changes: Any) -> ModelSpec:  # noqa: ANN401 - of any field
    """Return a toy model called `name`, in a family of its own unless `changes` say otherwise."""
    return replace(TOY_MODEL, **{"name": name, "family": name, "checkpoint": name, **changes})


def build_toy_checkpoint(folder: str | Path, name: str = TOY_MODEL.name, **changes: Any) -> ModelSpec:  # noqa: ANN401
    """Write a checkpoint that counts as complete, and return its model; `ToyAdapter` makes the weights from its name.

    Args:
        folder: made if needed.
        name: of the model; another name means other weights.
        changes: further fields of the model.
    """
    folder = Path(folder).absolute()
    folder.mkdir(parents=True, exist_ok=True)
    header = json.dumps({"__metadata__": {"model": name}}).encode()
    (folder / "model.safetensors").write_bytes(len(header).to_bytes(8, "little") + header)  # a file without tensors
    (folder / "config.json").write_text('{"model_type": "audition-toy"}', encoding="utf-8")
    (folder / "tokenizer.json").write_text("{}", encoding="utf-8")
    return toy_model(name, checkpoint=str(folder), **changes)
