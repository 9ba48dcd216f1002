"""GPT-2 and what has its architecture: LaMini-GPT, Cerebras-GPT, mGPT."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audition.types import AdapterEntry

if TYPE_CHECKING:
    from audition.protocols import ModelAdapter
    from audition.types import ModelSpec

MODEL_TYPES = ("gpt2",)


def load(spec: ModelSpec, folder: str) -> ModelAdapter:
    """Load a checkpoint: learned positions, tied embeddings, no beginning-of-sequence token."""
    from audition.training.causal import CausalAdapter

    return CausalAdapter.load(spec, folder, model_types=MODEL_TYPES)


ENTRY = AdapterEntry(name="gpt2", model_types=MODEL_TYPES, load=load)
