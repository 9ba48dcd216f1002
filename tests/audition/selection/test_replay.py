from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from audition.errors import UsageError
from worlds.odd_curves import POINTS, report

if TYPE_CHECKING:
    from audition.plugins.catalog import Catalog
    from audition.types import Report


def ranks(found: Report, stratum: int = -1) -> dict[str, int | None]:
    return {row.model: row.rank for row in found.strata[stratum].ranking}


def test_a_model_that_nobody_lists_is_ranked_by_its_curve(odd_catalog: Catalog) -> None:
    found = report(odd_catalog, "ats")
    assert ranks(found)["unlisted"] == 1
    assert set(ranks(found)) == set(POINTS)
    (row,) = [row for row in found.strata[0].ranking if row.model == "unlisted"]
    assert row.predicted_loss == pytest.approx(6.0 * 6400**-0.15, rel=1e-9)


def test_a_model_that_nobody_lists_can_be_named(odd_catalog: Catalog) -> None:
    assert ranks(report(odd_catalog, "ats", models=("unlisted",))) == {"unlisted": 1}


def test_a_selector_by_size_leaves_unknown_sizes_unranked(odd_catalog: Catalog) -> None:
    found = report(odd_catalog, "model-size")
    assert {model: rank for model, rank in ranks(found).items() if rank} == {"listed": 1}
    assert "only candidate that was ranked" in found.recommendation
    assert all("unknown" in row.notes[0] for row in found.strata[0].ranking if row.rank is None)


def test_what_a_curve_has_is_used_and_what_it_lacks_is_said(odd_catalog: Catalog) -> None:
    rows = {row.model: row for row in report(odd_catalog, "ats").strata[0].ranking}
    assert rows["own-sizes"].predicted_loss == pytest.approx(5.0 * 6400**-0.1, rel=1e-9)
    assert "not recorded at 1,600, 800, 400, 200" in rows["own-sizes"].notes
    assert rows["ends-early"].notes == ("not recorded at 1,600",)
    assert rows["listed"].notes == ()


@pytest.mark.parametrize(
    ("selector", "model", "why"),
    [
        ("sub-tuning", "ends-early", "no loss at 1,600 examples was recorded"),
        ("zero-shot", "no-zero-shot", "no zero-shot loss was recorded"),
    ],
)
def test_a_point_that_was_not_recorded_leaves_its_candidate_unranked(
    odd_catalog: Catalog, selector: str, model: str, why: str
) -> None:
    (row,) = [row for row in report(odd_catalog, selector).strata[0].ranking if row.model == model]
    assert (row.rank, row.status, row.notes[0]) == (None, "not-recorded", why)


def test_a_fit_does_without_the_zero_shot_loss_that_is_missing(odd_catalog: Catalog) -> None:
    (row,) = [row for row in report(odd_catalog, "our-fit").strata[0].ranking if row.model == "no-zero-shot"]
    assert row.predicted_loss is not None
    assert "no-freedom" in row.flags, "four points, four parameters"


def test_unknown_sizes_are_not_compared_with_a_memory_budget(odd_catalog: Catalog) -> None:
    first, *others = report(odd_catalog, "ats", memory_budgets=(2**33,)).strata[0].ranking
    assert (first.model, first.rank) == ("listed", 1)
    said = ("size unknown: not compared with the memory budget",)
    assert {(row.rank, row.status, row.notes) for row in others} == {(None, "ok", said)}
    with pytest.raises(UsageError, match="fits in 1 MiB, as far as sizes are known"):
        report(odd_catalog, "ats", memory_budgets=(2**20,))
