"""`audition fit`: the scaling laws of somebody's own loss curve."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from audition import library
from audition.cli.show.tables import AsJson, print_json
from audition.errors import UsageError
from audition.text.charts import format_number
from audition.text.tables import render

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from audition.curves.file import MeasuredCurve
    from audition.curves.fits import CurveFit

MAX_DRAWINGS = 4  #: in a terminal, one a curve; more of them nobody reads


def fit(
    curve: Annotated[Path, typer.Argument(help="CSV file with columns n_samples and loss; model, for several curves.")],
    at: Annotated[
        list[int] | None, typer.Option(min=1, help="Predict the loss at this many examples. Repeat.", metavar="N")
    ] = None,
    objective: Annotated[
        Literal["least-squares", "huber"], typer.Option(help="Which fit to show; JSON has both.")
    ] = "least-squares",
    plot: Annotated[Path | None, typer.Option(help="Write the chart to this SVG file.")] = None,
    as_json: AsJson = False,
) -> None:
    """Fit the rectified and the vanilla scaling law to the points of CURVE."""
    found = library.fit(curve, at=at or (), objective=objective)
    if plot is not None:
        _write(plot, found.plot().to_svg())
    if as_json:
        return print_json(found.to_json())
    for points, fits in zip(found.curves, found.shown, strict=True):
        typer.echo("\n".join(_lines(points, fits, found.at, is_drawn=len(found.curves) <= MAX_DRAWINGS)) + "\n")
    return None


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror}") from None


def _lines(points: MeasuredCurve, fits: Sequence[CurveFit], at: Sequence[int], *, is_drawn: bool) -> Iterator[str]:
    from audition.curves.fits import sizes_between
    from audition.text.dots import draw

    fitted = fits[0].curve
    n_left_out = len(points.n_samples) - len(fitted.n_samples)
    left_out = "; the zero-shot loss is left out" if n_left_out else ""
    sizes = f"{fitted.n_samples[0]:,} to {fitted.n_samples[-1]:,} examples"
    n_sizes = len(set(fitted.n_samples))
    together = "" if n_sizes == len(fitted.n_samples) else f" at {n_sizes} sizes, those of one size fitted together"
    yield f"{points.name}: {len(fitted.n_samples)} measured points{together}, {sizes}{left_out}"
    yield from (f"note: {finding.note}" for finding in fits[0].findings if finding.flag == "spikes")
    if all(fit.cannot_hold for fit in fits):
        yield fits[0].cannot_hold
        yield from (f"predicted loss at {size:,} examples: none" for size in at)
    else:
        for fit in fits:
            yield ""
            yield from _law_lines(fit, at)
    if is_drawn:
        between = sizes_between(fitted.n_samples[0], fitted.n_samples[-1], 120)
        line = [] if fits[0].cannot_hold else [(size, fits[0].predict(size)) for size in between]
        dots = f", dots the {fits[0].name} law" if line else ""
        yield f"\nloss by examples, log-log (o measured{dots})"
        yield draw(line, list(zip(fitted.n_samples, fitted.loss, strict=True)))


def _law_lines(fit: CurveFit, at: Sequence[int]) -> Iterator[str]:
    from audition.curves.fits import EQUATIONS, UNITS

    yield f"{fit.name} law, {fit.objective}: {EQUATIONS[fit.name]}"
    if fit.cannot_hold:
        yield fit.cannot_hold
        return
    rows = [
        {"": letter, "estimated": f"{getattr(fit.fit.law, field):.5g}", "unit": unit, "what it is": meaning}
        for field, (letter, unit, meaning) in UNITS[fit.name].items()
    ]
    yield render(rows, right=("estimated",))
    n_sizes, n_parameters = len(set(fit.curve.n_samples)), len(UNITS[fit.name])
    none = f"none: {n_sizes} sizes and {n_parameters} parameters leave no freedom"
    yield f"RMSD of log loss: {none if fit.rmsd is None else f'{fit.rmsd:.4f}'}"
    if fit.at_limit:
        letters = ", ".join(UNITS[fit.name][name][0] for name in fit.at_limit)
        yield f"the points do not determine {letters}: the best fit is at a limit of what is searched"
    if fit.name == "rectified":
        yield _phase_line(fit)
    for size in at:
        yield f"predicted loss at {size:,} examples: {fit.predict(size):.4g} ({_distance(fit.extrapolation(size))})"


def _phase_line(fit: CurveFit) -> str:
    size = fit.phase_transition
    if size is None:
        return "phase transition: none near the measured sizes"
    sizes = fit.curve.n_samples
    where = "" if sizes[0] <= size <= sizes[-1] else ", outside the measured sizes"
    return f"phase transition: at {format_number(size)} examples the power phase begins (estimated{where})"


def _distance(factor: float) -> str:
    if factor <= 1:
        return "within the measured sizes"
    return f"extrapolated {factor:.3g} times beyond the largest measured size"
