"""The adapter of decoder-only models: the public name of `audition.training.adapters.causal`."""

from __future__ import annotations

from audition.training.adapters.causal import CausalAdapter

__all__ = [
    "CausalAdapter",
]
