"""Which files of a repository or folder belong to a checkpoint, and whether they are all there."""

from __future__ import annotations

import json
import re
from functools import cache
from hashlib import file_digest, sha256
from typing import TYPE_CHECKING, Any

from audition.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

CONFIG = "config.json"
README = "README.md"
_PEFT = "adapter_config.json"
_GENERATION = "generation_config.json"
#: what tokenisers of transformers are stored in; never code
TOKENISER_FILES = frozenset(
    {
        "added_tokens.json",
        "chat_template.jinja",
        "chat_template.json",
        "merges.txt",
        "sentencepiece.bpe.model",
        "source.spm",
        "special_tokens_map.json",
        "spiece.model",
        "spm.model",
        "target.spm",
        "tekken.json",
        "tokenizer.json",
        "tokenizer.model",
        "tokenizer_config.json",
        "vocab.json",
        "vocab.txt",
    }
)
#: one file, else an index and its parts; safetensors before pickled `.bin`
_LAYOUTS = (
    ("model.safetensors", "model.safetensors.index.json", r"model-\d+-of-\d+\.safetensors"),
    ("pytorch_model.bin", "pytorch_model.bin.index.json", r"pytorch_model-\d+-of-\d+\.bin"),
)


def weight_files(names: Collection[str]) -> tuple[str, ...]:
    """Return the files of `names` that hold the weights, in one format, sorted; none if there are no weights."""
    for single, index, part in _LAYOUTS:
        if single in names:
            return (single,)
        if index in names:
            return tuple(sorted([index, *(name for name in names if re.fullmatch(part, name))]))
    return ()


def checkpoint_files(names: Collection[str]) -> tuple[str, ...]:
    """Return the files of `names` that are worth having: configuration, tokeniser, weights in one format, card."""
    others = TOKENISER_FILES | {CONFIG, _GENERATION, README}
    return tuple(sorted({*weight_files(names), *(name for name in names if name in others)}))


def file_names(folder: Path) -> frozenset[str]:
    """Return the names of the files in `folder`, not in its subfolders."""
    return frozenset(path.name for path in folder.iterdir() if path.is_file())


def missing_file(folder: Path) -> str | None:
    """Return the first file that the checkpoint in `folder` lacks, or None when it is complete."""
    names = file_names(folder)
    if CONFIG not in names:
        return CONFIG
    if not TOKENISER_FILES & names:
        return "tokenizer.json and no other tokeniser"
    weights = weight_files(names)
    if not weights:
        return f"{_LAYOUTS[0][0]} and no {_LAYOUTS[1][0]}"
    indexes = [name for name in weights if name.endswith(".json")]
    parts = {part for name in indexes for part in _weight_map(folder / name).values()}
    return min(parts - names, default=None)


def check_complete(folder: Path) -> None:
    """Raise `UsageError` unless `folder` holds a whole checkpoint, and nothing but one."""
    if not folder.is_dir():
        raise UsageError(f"no folder {str(folder)!r}")
    if (folder / _PEFT).is_file():
        base = _read_json(folder / _PEFT).get("base_model_name_or_path")
        raise UsageError(
            f"{str(folder)!r} holds an adapter of {base!r} ({_PEFT}), not a model: merge it (peft's "
            "`merge_and_unload`), save the model, and name that"
        )
    missing = missing_file(folder)
    if missing:
        raise UsageError(f"{str(folder)!r} is not a checkpoint: it has no {missing}")


def read_config(folder: Path) -> dict[str, Any]:
    """Return the configuration of the checkpoint in `folder`.

    Raises:
        UsageError: it is missing, is not a JSON object, or names no model type.
    """
    path = folder / CONFIG
    if not path.is_file():
        raise UsageError(f"{str(folder)!r} is not a checkpoint: it has no {CONFIG}")
    config = _read_json(path)
    if not isinstance(config.get("model_type"), str):
        raise UsageError(f"{path}: 'model_type' must name an architecture, got {config.get('model_type')!r}")
    if config.get("quantization_config"):
        method = config["quantization_config"].get("quant_method", "an unknown method")
        raise UsageError(
            f"{str(folder)!r} is already quantised ({method}): such weights are not fine-tuned; name the original "
            'checkpoint, with method = "qlora" in the recipe to quantise it'
        )
    return config


def folder_digest(folder: Path) -> str:
    """Return a SHA-256 of what determines a loss: configuration, weights and tokeniser, names included."""
    whole = sha256()
    for name in checkpoint_files(file_names(folder)):
        if name not in (README, _GENERATION):
            status = (folder / name).stat()
            digest = _file_digest(folder / name, status.st_size, status.st_mtime_ns)
            whole.update(f"{name}\0{digest}\n".encode())
    return whole.hexdigest()


@cache
def _file_digest(path: Path, _size: int, _mtime_ns: int) -> str:
    """Hash a file once while its size and time stand: weights may be gigabytes."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _weight_map(path: Path) -> dict[str, str]:
    weight_map = _read_json(path).get("weight_map")
    if not isinstance(weight_map, dict):
        raise UsageError(f"{path}: 'weight_map' must map weights to files, got {type(weight_map).__name__}")
    return weight_map


def _read_json(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise UsageError(f"{path}: not JSON: {error}") from error
    if not isinstance(value, dict):
        raise UsageError(f"{path}: must be a JSON object, got {type(value).__name__}")
    return value
