"""BART: the decoder reads `</s> <s>` before the target."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audition.types import AdapterEntry

if TYPE_CHECKING:
    from audition.protocols import ModelAdapter
    from audition.types import ModelSpec

MODEL_TYPES = ("bart",)


def load(spec: ModelSpec, folder: str) -> ModelAdapter:
    """Load a checkpoint: learned positions in encoder and decoder, tied embeddings."""
    from audition.training.seq2seq import Seq2SeqAdapter

    return Seq2SeqAdapter.load(spec, folder, model_types=MODEL_TYPES)


ENTRY = AdapterEntry(name="bart", model_types=MODEL_TYPES, load=load)
