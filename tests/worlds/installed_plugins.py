"""What tests of several rooms share of installed plugins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audition.plugins.loading import load_plugins

if TYPE_CHECKING:
    from worlds.throwaway import Site


GOOD = """
from audition import hookimpl
from audition.types import ModelSpec

@hookimpl
def audition_models():
    return [ModelSpec(
        name=__name__, family="toy", adapter="toy", checkpoint="toy", architecture="decoder-only",
        licence="mit", n_params=1,
    )]
"""


def models_of(site: Site, **options: object) -> list[str]:
    plugins = load_plugins(path=site.path, **options)  # type: ignore[arg-type]
    return [offer.entry.name for offer in plugins.hooks.models()]
