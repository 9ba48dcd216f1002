"""Read a model's card: the registries keep one JSON object a model."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from audition.codec import from_json
from audition.types import ModelSpec

if TYPE_CHECKING:
    from collections.abc import Mapping

_FIELDS = frozenset(field.name for field in fields(ModelSpec))


def read_spec(card: Mapping[str, Any], **known: object) -> ModelSpec:
    """Return the model that `card` describes; `known` is added or wins.

    A card also tells how the model was made or counted: what is no field of a `ModelSpec` stays there.
    """
    spec = {name: value for name, value in card.items() if name in _FIELDS}
    if "learning_rates" in spec:
        spec["learning_rates"] = list(spec["learning_rates"].items())
    return from_json(ModelSpec, {**spec, **known})
