"""From a model to a folder with its checkpoint: a local folder, the hub's cache, or the hub."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from audition.checkpoints import hub
from audition.checkpoints.files import CONFIG, check_complete, checkpoint_files, folder_digest, weight_files
from audition.checkpoints.hub import HubError, HubModel
from audition.errors import UsageError

if TYPE_CHECKING:
    from audition.types import ModelSpec

_PLAN_SECONDS = 5.0  #: a plan does not wait longer for the hub


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A complete checkpoint on this machine."""

    folder: Path
    revision: str | None  #: commit on the hub; None for a local folder
    fingerprint: str  #: changes when the weights, the configuration or the tokeniser do
    download_bytes: int = 0  #: fetched from the hub to get it


def is_local(checkpoint: str) -> bool:
    """Return whether a model's checkpoint is a folder rather than a hub id."""
    return os.path.isabs(checkpoint)  # noqa: PTH117 - a hub id is no path


def is_on_disk(spec: ModelSpec) -> bool:
    """Return whether `resolve` would fetch nothing: a local folder, or a complete snapshot in the cache."""
    return is_local(spec.checkpoint) or hub.cached_folder(spec.checkpoint, spec.revision) is not None


def resolve(spec: ModelSpec, *, allow_download: bool = True) -> Checkpoint:
    """Return the checkpoint of `spec`, fetched from the hub if it must be.

    A branch or tag is resolved to a commit. Without network, or where the hub refuses, a complete snapshot in the cache
    is used. Only weights, configuration, tokeniser and card are fetched: no code, no second format.

    Args:
        spec: the model.
        allow_download: False: use neither the network nor anything incomplete.

    Raises:
        UsageError: the folder is not a whole checkpoint.
        HubError: the hub does not give it, or may not be asked.
    """
    if is_local(spec.checkpoint):
        folder = Path(spec.checkpoint)
        check_complete(folder)
        return Checkpoint(folder=folder, revision=None, fingerprint=f"sha256:{folder_digest(folder)}")
    cached = hub.cached_folder(spec.checkpoint, spec.revision)
    if cached and (hub.is_commit(spec.revision) or not allow_download):
        return _snapshot(cached)
    if not allow_download:
        raise HubError(f"{spec.checkpoint!r} is not in the cache, and may not be downloaded")
    try:
        return _download(spec, cached)
    except HubError:
        if cached is None:
            raise
        return _snapshot(cached)


def describe_download(spec: ModelSpec) -> tuple[int | None, Literal["measured", "estimated"]]:
    """Return the bytes that `resolve` would fetch, and whether the hub said so; never raises.

    Nothing to fetch counts as measured. Where the hub cannot be asked, the estimate is the model's `download_bytes`.
    """
    try:
        if is_on_disk(spec):
            return 0, "measured"
        info = hub.look_up(spec.checkpoint, spec.revision, timeout=_PLAN_SECONDS)
        return download_size(info), "measured"
    except (UsageError, OSError):
        return spec.download_bytes, "estimated"


def download_size(info: HubModel) -> int:
    """Return the bytes of the files that `resolve` fetches."""
    return sum(info.sizes[name] for name in checkpoint_files(info.sizes))


def _download(spec: ModelSpec, cached: Path | None) -> Checkpoint:
    info = hub.look_up(spec.checkpoint, spec.revision)
    if CONFIG not in info.sizes:
        raise UsageError(f"{spec.checkpoint!r} on the hub has no {CONFIG}: not a checkpoint of transformers")
    if not weight_files(info.sizes):
        raise UsageError(f"{spec.checkpoint!r} on the hub has no model.safetensors and no pytorch_model.bin")
    folder = hub.download(spec.checkpoint, spec.revision, checkpoint_files(info.sizes))
    return _snapshot(folder, 0 if folder == cached else download_size(info))


def _snapshot(folder: Path, download_bytes: int = 0) -> Checkpoint:
    """Describe a snapshot of the cache, whose folder is named after its commit."""
    commit = folder.name
    return Checkpoint(folder=folder, revision=commit, fingerprint=f"hub:{commit}", download_bytes=download_bytes)
