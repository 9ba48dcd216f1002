"""What all plugins offer together: the public name of `audition.plugins.catalog`."""

from __future__ import annotations

from audition.plugins.catalog import Catalog

__all__ = [
    "Catalog",
]
