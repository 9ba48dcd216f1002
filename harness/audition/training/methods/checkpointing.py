"""Activation checkpointing: a block's activations are computed again in the backward pass."""

from __future__ import annotations

from typing import Any

from audition.errors import UsageError

_OPTIONS = {"use_reentrant": False}  #: the other variant loses gradients where nothing that enters a block needs one


def enable_checkpointing(module: Any) -> None:  # noqa: ANN401 - a torch module
    """Checkpoint every block of a transformers model while it trains; evaluation and generation stay as they are.

    Raises:
        UsageError: the model has no blocks that can be checkpointed.
    """
    # transformers 5.23 renamed it, and warns of the old name
    enable = getattr(module, "activation_checkpointing_enable", None) or getattr(
        module, "gradient_checkpointing_enable", None
    )
    if enable is None or not getattr(module, "supports_gradient_checkpointing", False):
        raise UsageError(f"{type(module).__name__} has no blocks that can be checkpointed")
    enable(_OPTIONS)
