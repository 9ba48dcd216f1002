"""Small models of today, for audition: they load through the adapter `auto`.

The shapes and licences are written from memory of the configurations and cards on the hub, without having them at hand.
The tests build each network from its shape with transformers, without weights, and count its parameters: a dimension
that were wrong would give another number than the one noted here. What no count can tell is marked in each module.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from audition import hookimpl
from audition_modern import gemma, llama, qwen, smollm

if TYPE_CHECKING:
    from collections.abc import Iterable

    from audition.types import ModelSpec

MODELS = (*qwen.MODELS, *llama.MODELS, *smollm.MODELS, *gemma.MODELS)


@hookimpl
def audition_models() -> Iterable[ModelSpec]:
    """Offer the models; their weights are fetched from the hub when they are candidates."""
    return MODELS
