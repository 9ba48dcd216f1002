"""Switch Transformers: T5 with one of several experts a token.

The loss is the cross-entropy of the target alone, as for every other model: the router's load-balancing and z-losses
are part of pre-training and not of what models are compared by.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from audition.types import AdapterEntry

if TYPE_CHECKING:
    from audition.protocols import ModelAdapter
    from audition.types import ModelSpec

MODEL_TYPES = ("switch_transformers",)


def load(spec: ModelSpec, folder: str) -> ModelAdapter:
    """Load a checkpoint: its attention has no other implementation than eager."""
    from audition.training.seq2seq import Seq2SeqAdapter

    return Seq2SeqAdapter.load(spec, folder, model_types=MODEL_TYPES, attention="eager")


ENTRY = AdapterEntry(name="switch", model_types=MODEL_TYPES, load=load)
