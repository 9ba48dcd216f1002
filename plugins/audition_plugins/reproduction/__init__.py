"""The paper's tables and figures, computed anew from its recorded losses and shown beside what it printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from audition.catalog import Catalog

__all__ = ["reproduce"]


def reproduce(catalog: Catalog) -> Mapping[str, str]:
    """Return `paper.md`, and under `paper/` a CSV file a table and an SVG file a figure."""
    from audition_plugins.reproduction.page import write_page

    return write_page(catalog)
