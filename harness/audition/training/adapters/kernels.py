"""Parts of a loaded model for which PyTorch has one kernel, where transformers composes them of many."""

from __future__ import annotations

from typing import Any


def fuse(module: Any) -> None:  # noqa: ANN401 - a transformers model
    """Compute the tanh form of GELU in one pass, in place of seven: the same function, up to rounding."""
    from torch.nn import GELU
    from transformers.activations import NewGELUActivation

    for parent in module.modules():
        for name, part in parent.named_children():
            if type(part) is NewGELUActivation:
                setattr(parent, name, GELU(approximate="tanh"))
