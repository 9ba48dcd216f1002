"""Phi-1, Phi-1.5 and Phi-2. Phi-3 is another architecture, which `auto` serves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audition.types import AdapterEntry

if TYPE_CHECKING:
    from audition.protocols import ModelAdapter
    from audition.types import ModelSpec

MODEL_TYPES = ("phi",)


def load(spec: ModelSpec, folder: str) -> ModelAdapter:
    """Load a checkpoint: rotary positions, untied embeddings."""
    from audition.training.causal import CausalAdapter

    return CausalAdapter.load(spec, folder, model_types=MODEL_TYPES)


ENTRY = AdapterEntry(name="phi", model_types=MODEL_TYPES, load=load)
