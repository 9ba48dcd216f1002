from __future__ import annotations

import math
from xml.etree import ElementTree

import pytest

from audition.errors import UsageError
from audition.text.charts import Axis, Chart, Series, format_number

SVG = "{http://www.w3.org/2000/svg}"
LINEAR, LOG = Axis(label="x"), Axis(label="y", scale="log")


def drawn(chart: Chart) -> ElementTree.Element:
    return ElementTree.fromstring(chart.to_svg())  # noqa: S314 - our own text


def chart_of(*series: Series, x: Axis = LINEAR, y: Axis = LINEAR) -> Chart:
    return Chart(title="a title", x=x, y=y, series=series)


def test_equal_factors_are_equal_steps_on_a_logarithmic_axis() -> None:
    svg = drawn(chart_of(Series(name="", x=[1, 2, 3], y=[1, 10, 100]), y=LOG))
    heights = [float(circle.attrib["cy"]) for circle in svg.iter(f"{SVG}circle")]
    assert heights[0] - heights[1] == pytest.approx(heights[1] - heights[2], abs=0.11)
    assert heights[0] > heights[1], "larger is higher up"


def test_what_is_not_finite_is_left_out() -> None:
    svg = drawn(chart_of(Series(name="", x=[1, 2, math.inf, 4], y=[1, math.nan, 3, 4])))
    assert len(list(svg.iter(f"{SVG}circle"))) == 2


def test_text_is_escaped_and_a_label_shows_at_its_point() -> None:
    svg = drawn(chart_of(Series(name="<b>&", x=[1, 2], y=[1, 2], labels=["<one>", "two"])))
    assert "<b>&" in [text.text for text in svg.iter(f"{SVG}text")]
    assert [title.text for title in svg.iter(f"{SVG}title")] == ["a title", "<one>", "two"]


def test_lines_are_paths_and_a_dashed_one_is_dashed() -> None:
    svg = drawn(
        chart_of(Series(name="", x=[1, 2], y=[1, 2], mark="line"), Series(name="", x=[1, 2], y=[2, 1], mark="dashed"))
    )
    strokes = [path for path in svg.iter(f"{SVG}path") if "stroke-width" in path.attrib]
    assert ["stroke-dasharray" in path.attrib for path in strokes] == [False, True]


def test_a_long_legend_says_how_many_it_leaves_out() -> None:
    svg = drawn(chart_of(*(Series(name=f"series {number}", x=[1], y=[number]) for number in range(30))))
    assert "… and 10 more" in [text.text for text in svg.iter(f"{SVG}text")]


@pytest.mark.parametrize(
    ("values", "axis"),
    [([200.0, 1_638_400.0], LOG), ([1.0, 1.2], LOG), ([1e15, 1e21], LOG), ([0.3, 0.97], LINEAR), ([5.0, 5.0], LINEAR)],
)
def test_every_axis_has_a_few_ticks(values: list[float], axis: Axis) -> None:
    svg = drawn(chart_of(Series(name="", x=values, y=[1.0, 2.0]), x=axis))
    ticks = [text for text in svg.iter(f"{SVG}text") if text.attrib["text-anchor"] == "middle"]
    assert 3 <= len(ticks) - 2 <= 10, "besides the two axis labels"


def test_a_chart_of_nothing_is_refused() -> None:
    with pytest.raises(UsageError, match="needs a finite number on its axis 'x', got none"):
        chart_of(Series(name="", x=[], y=[])).to_svg()
    with pytest.raises(UsageError, match="logarithmic axis 'y' shows positive numbers, got -1"):
        chart_of(Series(name="", x=[1], y=[-1]), y=LOG).to_svg()


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (200, "200"), (12_800, "12.8k"), (1_638_400, "1.638M"), (1e18, "1e+18"), (0.95, "0.95")],
)
def test_numbers_are_short(value: float, text: str) -> None:
    assert format_number(value) == text
