"""T5, T5-v1.1 and mT5: relative positions; the decoder starts with padding."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audition.types import AdapterEntry

if TYPE_CHECKING:
    from audition.protocols import ModelAdapter
    from audition.types import ModelSpec

MODEL_TYPES = ("t5", "mt5")


def load(spec: ModelSpec, folder: str) -> ModelAdapter:
    """Load a checkpoint: v1.1 and mT5 have gated feed-forward layers and untied embeddings."""
    from audition.training.seq2seq import Seq2SeqAdapter

    return Seq2SeqAdapter.load(spec, folder, model_types=MODEL_TYPES)


ENTRY = AdapterEntry(name="t5", model_types=MODEL_TYPES, load=load)
