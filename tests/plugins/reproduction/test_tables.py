from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from audition_plugins.reproduction.tables import summary_markdown, tables_csv

if TYPE_CHECKING:
    from audition_plugins.reproduction.comparing import Comparison


pytestmark = pytest.mark.slow  # the rows behind it take ten seconds, once


def test_the_summary_has_a_line_a_column_and_says_why(comparisons: tuple[Comparison, ...]) -> None:
    lines = summary_markdown(comparisons).splitlines()[2:]
    assert len(lines) == 17, "nine contestants, two metrics each, but AtS-Family has no PearCorr"
    assert all(line.rstrip(" |").split("|")[-1].strip() for line in lines)


def test_the_csv_has_every_comparison(comparisons: tuple[Comparison, ...]) -> None:
    assert len(tables_csv(comparisons).splitlines()) == 1 + len(comparisons)
