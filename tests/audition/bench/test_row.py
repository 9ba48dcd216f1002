from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from audition.bench import (
    ALL,
    Bench,
    make_contestants,
    open_recorded_task,
)
from audition.bench.printing import print_rows
from worlds.bench_cells import OnlyTheFirst, rows_of

if TYPE_CHECKING:
    from audition.plugins.catalog import Catalog


def test_a_row_names_what_made_it(toy_catalog: Catalog) -> None:
    bench = Bench(
        tasks=[replace(open_recorded_task(toy_catalog, "toy"), made_with="audition 9; toys 1")],
        ratios=[Fraction(1, 4)],
        contestants=make_contestants(toy_catalog, ["first"]),
        strata=[ALL],
        seed=3,
    )
    (row,) = bench.rows()
    (record,) = toy_catalog.plugins.records
    assert (row.definition, row.made_with, row.seed) == (record.definition, "audition 9; toys 1", 3)
    assert record.definition.startswith("toys sha256:")


def test_json_has_fractions_and_nulls() -> None:
    (record,) = json.loads(print_rows(rows_of(OnlyTheFirst()), "json"))
    assert (record["ratio"], record["pear_corr"], record["plugin"]) == ("1/4", None, "ada")
    assert 0 <= record["rel_acc"] <= 1
    assert list(record)[:4] == ["task", "ratio", "selector", "options"]
