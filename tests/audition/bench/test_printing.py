from __future__ import annotations

from typing import Any

import pytest

from audition.bench.printing import print_rows
from worlds.bench_cells import OnlyTheFirst, rows_of


def test_csv_has_a_line_a_row_and_nothing_where_a_metric_is_undefined() -> None:
    header, line = print_rows(rows_of(OnlyTheFirst()), "csv").splitlines()
    record = dict(zip(header.split(","), line.split(","), strict=True))
    assert (record["pear_corr"], record["top1"]) == ("", "false")


@pytest.mark.parametrize("form", ["table", "markdown"])
def test_tables_show_percent_and_dashes(form: Any) -> None:  # noqa: ANN401 - one of the formats
    text = print_rows(rows_of(OnlyTheFirst()), form)
    assert "RelAcc %" in text
    assert "–" in text
