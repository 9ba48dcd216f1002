"""Any other causal or sequence-to-sequence checkpoint: Llama, Qwen, Gemma, Mistral, Pegasus and the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audition.errors import UsageError
from audition.types import AdapterEntry

if TYPE_CHECKING:
    from transformers import PretrainedConfig

    from audition.protocols import ModelAdapter
    from audition.types import ModelSpec


def load(spec: ModelSpec, folder: str) -> ModelAdapter:
    """Load a checkpoint; its configuration decides whether it is causal or sequence-to-sequence.

    Raises:
        UsageError: it is neither, such as an encoder alone.
    """
    from audition.encoding import load_config
    from audition.training.causal import CausalAdapter
    from audition.training.seq2seq import Seq2SeqAdapter

    config = load_config(spec, folder)
    if config.is_encoder_decoder:
        return Seq2SeqAdapter.load(spec, folder)
    if not _is_causal(config):
        raise UsageError(
            f"{spec.name!r} has model type {config.model_type!r}, which is neither a causal nor a "
            "sequence-to-sequence language model"
        )
    return CausalAdapter.load(spec, folder)


def _is_causal(config: PretrainedConfig) -> bool:
    """Return whether it generates from left to right; encoders such as BERT do only where they are told to."""
    from transformers import MODEL_FOR_CAUSAL_LM_MAPPING, MODEL_FOR_MASKED_LM_MAPPING

    is_encoder = type(config) in MODEL_FOR_MASKED_LM_MAPPING and not getattr(config, "is_decoder", False)
    return type(config) in MODEL_FOR_CAUSAL_LM_MAPPING and not is_encoder


ENTRY = AdapterEntry(name="auto", model_types=(), load=load)
