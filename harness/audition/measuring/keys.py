"""The key of a measurement: a hash of everything that changes its number."""

from __future__ import annotations

import hashlib
from dataclasses import fields
from importlib.metadata import PackageNotFoundError, version
from types import MappingProxyType
from typing import TYPE_CHECKING

from audition.text import codec
from audition.types.recipes import ADDED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from audition.types import MeasurementRequest, Recipe

PROTOCOL = 1  #: raised whenever training or scoring changes in a way that changes numbers
LIBRARIES = ("torch", "transformers", "tokenizers")  #: those that training and scoring depend on


def measurement_key(
    request: MeasurementRequest,
    *,
    weights: str,
    device_kind: str,
    adapter: str,
    encoding: Mapping[str, object] = MappingProxyType({}),
) -> str:
    """Return 64 hexadecimal digits.

    Args:
        request: resolved: one learning rate or the grid, the precision that will be used.
        weights: fingerprint of the checkpoint.
        device_kind: "cpu" or the GPU's model name; numbers repeat on the same kind only.
        adapter: name and version of the adapter.
        encoding: version of the encoding, where rows are not encoded as by the first one (`audition.readings`).
    """
    return _hash(
        {
            **encoding,
            **({"objective": request.objective} if request.objective else {}),
            "protocol": PROTOCOL,
            "weights": weights,
            "task": request.task_fingerprint,
            "n_samples": request.n_samples,
            "seed": request.seed,
            "recipe": _counted(request.recipe),
            "device": device_kind,
            "adapter": adapter,
            "libraries": installed_versions(),
        }
    )


def calibration_key(request: MeasurementRequest, *, weights: str, device_kind: str) -> str:
    """Return 64 hexadecimal digits; a calibration holds for every size and seed."""
    return _hash(
        {
            "weights": weights,
            "task": request.task_fingerprint,
            "recipe": _counted(request.recipe),
            "device": device_kind,
            "libraries": installed_versions(),
        }
    )


def _counted(recipe: Recipe) -> dict[str, object]:
    """Return the fields that identify a measurement: one added since the first ledgers counts where it is used."""
    unused = {each.name for each in fields(recipe) if each.name in ADDED and getattr(recipe, each.name) == each.default}
    return {each.name: getattr(recipe, each.name) for each in fields(recipe) if each.name not in unused}


def _hash(value: object) -> str:
    return hashlib.sha256(codec.dumps(value, sort_keys=True).encode()).hexdigest()


def installed_versions(distributions: Sequence[str] = LIBRARIES) -> dict[str, str | None]:
    """Return the version of each distribution, None where it is not installed. Imports none of them."""

    def installed(distribution: str) -> str | None:
        try:
            return version(distribution)
        except PackageNotFoundError:
            return None

    return {distribution: installed(distribution) for distribution in distributions}
