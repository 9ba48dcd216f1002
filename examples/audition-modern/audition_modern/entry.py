"""What all these models share: a hub id, the adapter `auto`, and a decoder with rotary positions and gated layers."""

from __future__ import annotations

from functools import partial

from audition.types import ModelShape, ModelSpec

#: rotary positions, root-mean-square norms, gated feed-forward layers and tied embeddings; no dropout
shape = partial(
    ModelShape, is_gated_ff=True, is_tied=True, activation="silu", norm="rms", has_rotary_positions=True, dropout=0.0
)


def entry(
    checkpoint: str,
    n_params: int,
    dimensions: ModelShape,
    *,
    family: str,
    licence: str,
    languages: tuple[str, ...] = (),
    is_gated: bool = False,
) -> ModelSpec:
    """Return the model of a hub id, under that name; `n_params` counts tied weights once."""
    return ModelSpec(
        name=checkpoint,
        family=family,
        adapter="auto",
        checkpoint=checkpoint,
        architecture="decoder-only",
        licence=licence,
        n_params=n_params,
        shape=dimensions,
        languages=languages,
        is_gated=is_gated,
    )
