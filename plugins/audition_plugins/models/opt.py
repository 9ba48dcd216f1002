"""OPT: its tokeniser begins every text with `</s>`, which is its end-of-sequence token too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audition.types import AdapterEntry

if TYPE_CHECKING:
    from audition.protocols import ModelAdapter
    from audition.types import ModelSpec

MODEL_TYPES = ("opt",)


def load(spec: ModelSpec, folder: str) -> ModelAdapter:
    """Load a checkpoint: learned positions, tied embeddings."""
    from audition.training.causal import CausalAdapter

    return CausalAdapter.load(spec, folder, model_types=MODEL_TYPES)


ENTRY = AdapterEntry(name="opt", model_types=MODEL_TYPES, load=load)
