from __future__ import annotations

from typing import TYPE_CHECKING

from audition.types import NOT_A_NUMBER
from worlds.odd_curves import report

if TYPE_CHECKING:
    from audition.plugins.catalog import Catalog


def test_nan_and_infinity_are_no_scores(odd_catalog: Catalog) -> None:
    found = report(odd_catalog, "no-numbers")
    unranked = {row.model: row for row in found.strata[0].ranking if row.rank is None}
    assert set(unranked) == {"unlisted", "own-sizes", "ends-early"}
    assert all(NOT_A_NUMBER in row.notes for row in unranked.values())
    assert all(row.score is None for row in unranked.values())
    assert all(row.predicted_loss is None for row in found.strata[0].ranking)
