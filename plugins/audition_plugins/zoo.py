"""The tiny zoo: models small enough for two cores, whose weights ship with audition."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import audition_registries
from audition import hookimpl
from audition_plugins.cards import read_spec

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from audition.types import ModelSpec


@hookimpl
def audition_models() -> Iterable[ModelSpec]:
    """Return the models of the registry's zoo: every folder there that has a card."""
    return [_read(path) for path in sorted(audition_registries.path("zoo").glob("**/card.json"))]


def _read(card: Path) -> ModelSpec:
    return read_spec(
        json.loads(card.read_text(encoding="utf-8")), checkpoint=str(card.parent.resolve()), download_bytes=0
    )
