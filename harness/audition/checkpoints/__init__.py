"""Checkpoints: where they are, what is in them, how to get them. Torch-free. Private."""

from __future__ import annotations

from audition.checkpoints.cards import AdapterFor, read_spec
from audition.checkpoints.completing import complete
from audition.checkpoints.hub import HubError
from audition.checkpoints.resolving import Checkpoint, describe_download, is_on_disk, resolve
from audition.checkpoints.shapes import architecture_of, read_shape

__all__ = [
    "AdapterFor",
    "Checkpoint",
    "HubError",
    "architecture_of",
    "complete",
    "describe_download",
    "is_on_disk",
    "read_shape",
    "read_spec",
    "resolve",
]
