"""Charts as SVG text: points and lines on linear or logarithmic axes, the same bytes on every machine."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

from audition.errors import UsageError

Scale = Literal["linear", "log"]
Mark = Literal["points", "line", "dashed"]

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#999999")  # Okabe and Ito's
WIDTH, HEIGHT = 720, 440  #: of the picture, in pixels; wider where the legend needs it
LETTER = 7  #: pixels, on average
FONT = 'font-family="sans-serif" font-size="12"'
LEFT, RIGHT, TOP, BOTTOM = 70, 200, 40, 55  #: margins; the legend stands in the right one
LEGEND_ROWS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """What an axis shows, and how it is divided."""

    label: str  #: with its unit
    scale: Scale = "linear"


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Points that belong together, drawn as markers or joined by a line. What is not finite is left out."""

    name: str  #: in the legend; empty: not there
    x: Sequence[float]  #: shape (n,)
    y: Sequence[float]  #: shape (n,)
    mark: Mark = "points"
    labels: Sequence[str] = ()  #: shape (n,) or empty: what a pointer over a marker shows
    colour: int | None = None  #: number of its colour; None: the next one


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A chart with a title, two axes and a legend."""

    title: str
    x: Axis
    y: Axis
    series: Sequence[Series]

    def to_svg(self) -> str:
        """Return the chart as a complete SVG document; coordinates are rounded to a tenth of a pixel.

        Raises:
            UsageError: no point can be drawn, or a logarithmic axis was given a number that is not positive.
        """
        x = _Ruler.over(self.x, (value for series in self.series for value in series.x), LEFT, WIDTH - RIGHT)
        y = _Ruler.over(self.y, (value for series in self.series for value in series.y), HEIGHT - BOTTOM, TOP)
        colours = [COLOURS[(number if s.colour is None else s.colour) % 8] for number, s in enumerate(self.series)]
        drawn = list(zip(self.series, colours, strict=True))
        longest = max((len(series.name) for series in self.series), default=0)
        width = max(WIDTH, WIDTH - RIGHT + 50 + LETTER * longest)
        lines = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {HEIGHT}" {FONT} role="img">',
            f"<title>{escape(self.title)}</title>",
            f'<rect width="{width}" height="{HEIGHT}" fill="#ffffff"/>',
            _text(LEFT, 24, self.title, "start", extra=' font-weight="bold"'),
            *_vertical_grid(x),
            *_horizontal_grid(y),
            *_axis_labels(self.x.label, self.y.label),
            *(line for series, colour in drawn for line in _drawn(series, colour, x, y)),
            *_legend(drawn),
            "</svg>",
        ]
        return "\n".join(lines) + "\n"

    def _repr_html_(self) -> str:
        return self.to_svg()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ruler:
    """From the numbers of an axis to pixels."""

    axis: Axis
    low: float
    high: float
    start: float  #: pixel of `low`
    end: float  #: pixel of `high`

    @classmethod
    def over(cls, axis: Axis, values: Iterable[float], start: float, end: float) -> _Ruler:
        """Return the ruler that shows all finite values, with a little room at both ends."""
        finite = [value for value in values if math.isfinite(value)]
        if not finite:
            raise UsageError(f"a chart needs a finite number on its axis {axis.label!r}, got none")
        if axis.scale == "log" and min(finite) <= 0:
            raise UsageError(f"the logarithmic axis {axis.label!r} shows positive numbers, got {min(finite):g}")
        low, high = _forward(axis, min(finite)), _forward(axis, max(finite))
        room = 0.04 * (high - low) or 0.5
        return cls(axis=axis, low=low - room, high=high + room, start=start, end=end)

    def pixel(self, value: float) -> float:
        """Return where `value` lies."""
        return self.start + (_forward(self.axis, value) - self.low) / (self.high - self.low) * (self.end - self.start)

    def ticks(self) -> list[float]:
        """Return about six round numbers within the range."""
        if self.axis.scale == "log":
            return _log_ticks(self.low, self.high)
        return _linear_ticks(self.low, self.high)


def format_number(value: float) -> str:
    """Return a short label: 200, 12.8k, 1.6M, 0.95, 1e+18."""
    if value and not 1e-3 <= abs(value) < 1e9:
        return f"{value:.4g}"
    for limit, letter in ((1e6, "M"), (1e4, "k")):
        if abs(value) >= limit:
            return f"{value / (1e6 if letter == 'M' else 1e3):.4g}{letter}"
    return f"{value:.4g}"


def _forward(axis: Axis, value: float) -> float:
    return math.log10(value) if axis.scale == "log" else value


def _linear_ticks(low: float, high: float) -> list[float]:
    rough = (high - low) / 6
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough)
    return [round(step * number, 12) for number in range(math.ceil(low / step), math.floor(high / step) + 1)]


def _log_ticks(low: float, high: float) -> list[float]:
    """Return powers of ten, thinned on a wide range; on a narrow one 1, 2, 5 between them, or equal steps."""
    powers = range(math.floor(low), math.ceil(high) + 1)
    digits = (1,) if high - low > 2.5 else (1, 2, 5)
    every = max(1, math.ceil((high - low) / 8))
    ticks = [digit * 10.0**power for power in powers if power % every == 0 for digit in digits]
    inside = [tick for tick in ticks if low <= math.log10(tick) <= high]
    return inside if len(inside) >= 3 else [tick for tick in _linear_ticks(10**low, 10**high) if tick > 0]


def _vertical_grid(ruler: _Ruler) -> Iterator[str]:
    for tick in ruler.ticks():
        at = ruler.pixel(tick)
        yield f'<path d="M{at:.1f} {TOP}V{HEIGHT - BOTTOM}" stroke="#dddddd"/>'
        yield _text(at, HEIGHT - BOTTOM + 17, format_number(tick), "middle")


def _horizontal_grid(ruler: _Ruler) -> Iterator[str]:
    for tick in ruler.ticks():
        at = ruler.pixel(tick)
        yield f'<path d="M{LEFT} {at:.1f}H{WIDTH - RIGHT}" stroke="#dddddd"/>'
        yield _text(LEFT - 7, at + 4, format_number(tick), "end")


def _axis_labels(x: str, y: str) -> Iterator[str]:
    yield _text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 14, x, "middle")
    middle = (TOP + HEIGHT - BOTTOM) / 2
    yield _text(18, middle, y, "middle", extra=f' transform="rotate(-90 18 {middle:.1f})"')


def _drawn(series: Series, colour: str, x: _Ruler, y: _Ruler) -> Iterator[str]:
    places = [
        (number, f"{x.pixel(a):.1f}", f"{y.pixel(b):.1f}")
        for number, (a, b) in enumerate(zip(series.x, series.y, strict=True))
        if math.isfinite(a) and math.isfinite(b)
    ]
    if series.mark == "points":
        for number, a, b in places:
            label = f"<title>{escape(series.labels[number])}</title>" if series.labels else ""
            yield f'<circle cx="{a}" cy="{b}" r="3.5" fill="{colour}" fill-opacity="0.8">{label}</circle>'
    elif places:
        path = "L".join(f"{a} {b}" for _, a, b in places)
        yield f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="1.8"{_dashes(series.mark)}/>'


def _legend(drawn: Sequence[tuple[Series, str]]) -> Iterator[str]:
    named = [(series, colour) for series, colour in drawn if series.name]
    left = WIDTH - RIGHT + 14
    for row, (series, colour) in enumerate(named[:LEGEND_ROWS]):
        at = TOP + 10 + 18 * row
        if series.mark == "points":
            yield f'<circle cx="{left + 10}" cy="{at}" r="3.5" fill="{colour}"/>'
        else:
            yield f'<path d="M{left} {at}H{left + 20}" stroke="{colour}" stroke-width="1.8"{_dashes(series.mark)}/>'
        yield _text(left + 27, at + 4, series.name, "start")
    if len(named) > LEGEND_ROWS:
        yield _text(left, TOP + 14 + 18 * LEGEND_ROWS, f"… and {len(named) - LEGEND_ROWS} more", "start")


def _dashes(mark: Mark) -> str:
    return ' stroke-dasharray="5 4"' if mark == "dashed" else ""


def _text(x: float, y: float, text: str, anchor: str, *, extra: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="#222222"{extra}>{escape(text)}</text>'
