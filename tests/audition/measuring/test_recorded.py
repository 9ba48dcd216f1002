"""Recorded curves as people have them: of models that nobody lists, at sizes of their own, without a zero-shot loss."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from audition.bench import ALL, Bench, make_contestants, memory_filter, open_recorded_task
from audition.measuring.recorded import own_sizes, recorded_sizes
from worlds.odd_curves import POINTS, curve, report

if TYPE_CHECKING:
    from audition.plugins.catalog import Catalog


def test_a_recorded_loss_that_is_no_number_is_a_failed_measurement(odd_catalog: Catalog) -> None:
    (row,) = [row for row in report(odd_catalog, "sub-tuning").strata[0].ranking if row.model == "not-finite"]
    assert (row.rank, row.status, row.notes[0]) == (None, "not-finite", "the recorded loss is nan: no positive number")


def test_sizes_are_those_of_most_curves() -> None:
    curves = [curve(model) for model in POINTS]
    assert recorded_sizes(curves) == (6400, 1600, 800, 400, 200)
    assert own_sizes(curves, (1600, 800, 400, 200), 1600) == {
        "own-sizes": (1200, 600, 300, 100),
        "ends-early": (800, 400, 200),
    }


def test_a_benchmark_names_what_it_leaves_out_and_goes_on(odd_catalog: Catalog) -> None:
    bench = Bench(
        tasks=[open_recorded_task(odd_catalog, "odd")],
        ratios=[Fraction(1, 4)],
        contestants=make_contestants(odd_catalog, ["ats", "zero-shot"]),
        strata=[ALL, memory_filter("8GB")],
    )
    rows = list(bench.rows())
    assert [(row.n_models, row.selected) for row in rows[:1]] == [(4, "unlisted")]
    said = bench.left_out()
    assert "odd: ends-early: no loss at 6,400 examples was recorded" in said
    assert "odd: not-finite: its loss at 6,400 examples is nan: no positive number" in said
    assert "memory<=8GiB: unlisted: its size is unknown" in said
