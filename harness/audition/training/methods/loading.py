"""Load a model and prepare it for its method."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audition.training.devices.finding import resolve_precision
from audition.training.methods import prepare

if TYPE_CHECKING:
    from audition.training.devices.device import Device
    from audition.types import AdapterEntry, MeasurementRequest
    from audition.types.protocols import ModelAdapter


def load_prepared(request: MeasurementRequest, entry: AdapterEntry, device: Device) -> ModelAdapter:
    """Return the request's checkpoint as its recipe asks for, whole, on the CPU."""
    adapter, recipe = entry.load(request.model, request.folder), request.recipe
    precision = resolve_precision(recipe.precision, device)
    prepare(adapter, recipe, precision=precision, device=device, seed=request.seed)
    return adapter
