"""Which models take part in a selection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audition.checkpoints.candidates import resolve_candidates

if TYPE_CHECKING:
    from audition.checkpoints.candidates import ModelRegistry
    from audition.plugins.catalog import Catalog
    from audition.selection.config import SelectionConfig
    from audition.training.devices.device import Device
    from audition.types import ModelSpec


def open_candidates(
    config: SelectionConfig, catalog: ModelRegistry, *, default: list[ModelSpec]
) -> tuple[ModelSpec, ...]:
    """Return the candidates that the user named, or `default`, less those excluded."""
    names = config.models or tuple(model.name for model in default)
    return resolve_candidates(names, config.exclude, catalog)


def default_candidates(catalog: Catalog, device: Device) -> list[ModelSpec]:
    """Return all listed models; on a CPU, where large ones make no sense, those whose weights are on this disk."""
    models = [offer.entry for offer in catalog.models.values()]
    return models if device.is_cuda else [model for model in models if model.download_bytes == 0]
