"""Find out which pre-trained language model to fine-tune, from small fine-tunings and scaling laws."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    __version__: str

__all__ = ["__version__", "hookimpl"]

hookimpl = pluggy.HookimplMarker("audition")


def __getattr__(name: str) -> str:
    if name == "__version__":
        from importlib.metadata import version

        return version("audition")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
