from __future__ import annotations

from fractions import Fraction

import pytest

from audition import bench
from audition.bench import Row
from audition.errors import UsageError


def test_the_function_and_the_package_are_one() -> None:
    import audition.bench as package

    assert package.Row is Row
    (row,) = package("flan", ratio="1/64", selector="model-size").rows  # type: ignore[operator]  # a package that is called
    assert row == bench("flan", ratio="1/64", selector="model-size").rows[0]


def test_ratios_are_fractions_or_texts() -> None:
    as_text, as_number = (bench("flan", ratio=ratio, selector="model-size") for ratio in ("1/64", [Fraction(1, 64)]))
    assert as_text.rows == as_number.rows


def test_rows_are_a_frame_of_every_field() -> None:
    frame = bench("flan", ratio="1/64,1/128", selector="model-size,zero-shot").to_frame()
    assert sorted(frame["ratio"]) == ["1/128", "1/128", "1/64", "1/64"]
    assert {"pear_corr", "rel_acc", "selected", "definition"} <= set(frame.columns)


def test_a_picture_has_a_line_a_selector_through_its_means() -> None:
    result = bench("flan", ratio="1/64,1/128", selector="sub-tuning,zero-shot")
    chart = result.plot()
    assert [series.name for series in chart.series] == ["sub-tuning", "zero-shot"]
    (row,) = [row for row in result.rows if (row.selector, row.ratio) == ("sub-tuning", Fraction(1, 64))]
    assert dict(zip(chart.series[0].x, chart.series[0].y, strict=True))[1 / 64] == row.quality.pear_corr
    assert chart.to_svg().startswith("<svg")


def test_leaderboards_are_files_by_name() -> None:
    files = bench("flan", ratio="1/64", selector="model-size").leaderboards()
    assert any(name.endswith(".md") for name in files)
    assert any(name.endswith(".csv") for name in files)


def test_an_unknown_selector_is_refused_in_one_line() -> None:
    with pytest.raises(UsageError, match="no selector called 'atz'"):
        bench("flan", selector="atz")
