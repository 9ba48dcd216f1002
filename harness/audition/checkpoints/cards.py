"""A `ModelSpec` for a checkpoint that no plugin lists: read from its configuration, its weights' header, its README."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from audition.checkpoints import hub
from audition.checkpoints.files import README, check_complete, read_config
from audition.checkpoints.headers import count_parameters
from audition.checkpoints.resolving import download_size, is_local
from audition.checkpoints.shapes import architecture_of, read_shape
from audition.errors import UsageError
from audition.types import ModelSpec

if TYPE_CHECKING:
    from collections.abc import Callable

AdapterFor: TypeAlias = "Callable[[str], str]"  #: `model_type` of a configuration → name of the adapter that serves it

_FRONT_MATTER = re.compile(r"\A---\s*\n(.*?)\n---", re.DOTALL)
_LICENCE = re.compile(r"^license:\s*(\S.*?)\s*$", re.MULTILINE)


def read_spec(
    checkpoint: str, revision: str | None = None, *, adapter_for: AdapterFor, name: str | None = None
) -> ModelSpec:
    """Return what can be known of a checkpoint without its weights; its family is its `model_type`.

    Args:
        checkpoint: absolute path of a local folder, or hub id.
        revision: branch, tag or commit on the hub; None: the default branch.
        adapter_for: names the adapter of a `model_type`.
        name: what to call it; by default as it is addressed: the path, `org/name` or `org/name@revision`.

    Raises:
        UsageError: it is damaged, or of a model that does not generate text.
        HubError: the hub does not give its configuration.
    """
    called = name or (f"{checkpoint}@{revision}" if revision else checkpoint)
    if is_local(checkpoint):
        check_complete(Path(checkpoint))
        return replace(_read(Path(checkpoint), checkpoint, None, called, adapter_for), download_bytes=0)
    cached = hub.cached_folder(checkpoint, revision)
    if cached:
        return _read(cached, checkpoint, revision, called, adapter_for)
    info = hub.look_up(checkpoint, revision)
    spec = _read(hub.download_card(checkpoint, revision, info), checkpoint, revision, called, adapter_for)
    return replace(spec, download_bytes=download_size(info), n_params=info.n_params, is_gated=info.is_gated)


def _read(folder: Path, checkpoint: str, revision: str | None, name: str, adapter_for: AdapterFor) -> ModelSpec:
    config = read_config(folder)
    try:
        architecture = architecture_of(config)
    except UsageError as error:
        raise UsageError(f"{name!r}: {error}") from error
    return ModelSpec(
        name=name,
        family=config["model_type"],
        adapter=adapter_for(config["model_type"]),
        checkpoint=checkpoint,
        revision=revision,
        architecture=architecture,
        licence=_licence(folder / README),
        n_params=count_parameters(folder),
        shape=read_shape(config),
    )


def _licence(readme: Path) -> str:
    """Return the licence that the front matter of a model card declares, or "unknown"."""
    text = readme.read_text(encoding="utf-8", errors="replace") if readme.is_file() else ""
    front = _FRONT_MATTER.match(text)
    declared = _LICENCE.search(front[1]) if front else None
    return declared[1].strip("'\"") if declared else "unknown"
