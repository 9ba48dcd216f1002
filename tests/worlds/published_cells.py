"""What tests of several rooms share of published cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audition_plugins.reproduction.printed import CONTESTANTS

if TYPE_CHECKING:
    from audition_plugins.reproduction.comparing import Comparison


def ours_of(comparisons: tuple[Comparison, ...], selector: str, metric: str) -> list[Comparison]:
    """Return the ratio cells of a selector as it was published; Table 11 has every one of those fitted."""
    return [
        cell
        for cell in comparisons
        if (cell.contestant, cell.metric) == (CONTESTANTS[selector], metric) and cell.ratio and cell.table != 2
    ]
