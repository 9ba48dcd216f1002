"""What a model's entry leaves open, from the checkpoint itself where that is on this disk. No network."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from audition.checkpoints import hub
from audition.checkpoints.files import missing_file, read_config
from audition.checkpoints.headers import count_parameters
from audition.checkpoints.resolving import is_local
from audition.checkpoints.shapes import read_shape
from audition.errors import UsageError

if TYPE_CHECKING:
    from audition.types import ModelSpec


def complete(spec: ModelSpec, folder: Path | None = None) -> ModelSpec:
    """Return `spec` with the size and shape that its checkpoint has, where its entry says nothing of them.

    What the entry says stands. What cannot be read stays unknown: a checkpoint that is not on this disk or is damaged,
    the size of pickled weights, a configuration of no known family.

    Args:
        spec: the model.
        folder: of its whole checkpoint; None: the local folder, or the snapshot in the hub's cache.
    """
    if spec.n_params is not None and spec.shape is not None:
        return spec
    try:
        place = folder or _folder(spec)
        if place is None:
            return spec
        n_params = count_parameters(place) if spec.n_params is None else spec.n_params
        shape = read_shape(read_config(place)) if spec.shape is None else spec.shape
    except (UsageError, OSError):  # whoever loads it will say what is wrong with it
        return spec
    return replace(spec, n_params=n_params, shape=shape)


def _folder(spec: ModelSpec) -> Path | None:
    if not spec.checkpoint:
        return None
    if not is_local(spec.checkpoint):
        return hub.cached_folder(spec.checkpoint, spec.revision)
    folder = Path(spec.checkpoint)
    return folder if folder.is_dir() and missing_file(folder) is None else None
