"""`audition curves`: the losses that a ledger, or a plugin, has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from audition.cli import arguments
from audition.cli.lazy import NounGroup
from audition.cli.session import Session
from audition.cli.show.tables import AsJson, print_json, print_table
from audition.library.words import DEFAULT_LEDGER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from audition.library import CurvePoint, ListedCurve

app = typer.Typer(cls=NounGroup, add_completion=False)
SOURCE = 20  #: letters of where a curve comes from; JSON has all
From = Annotated[Literal["live", "recorded"], typer.Option("--source", help="The ledger, or the curves of plugins.")]


@app.callback()
def curves() -> None:
    """List the loss curves of a ledger, or of plugins; show and draw one."""


@app.command("list")
def list_curves(
    ctx: typer.Context,
    task: Annotated[str, typer.Option(help="Only this task, or those that match 'wmt*'.")] = "*",
    model: Annotated[str, typer.Option(help="Only this model, or those that match 'gpt2*'.")] = "*",
    source: From = "live",
    limit: Annotated[int, typer.Option(min=1, help="List so many at most.")] = 100,
    offset: Annotated[int, typer.Option(min=0, help="Pass over so many first.")] = 0,
    ledger: arguments.Ledger = DEFAULT_LEDGER,
    plugin: arguments.PluginFiles = None,
    as_json: AsJson = False,
) -> None:
    """List which models were measured on which tasks, at which sizes."""
    from audition import library

    catalog = ctx.ensure_object(Session).catalog if source == "recorded" else None
    found = library.list_curves(
        task=task, model=model, source=source, limit=limit + 1, offset=offset, ledger=ledger, catalog=catalog
    )
    shown = found[:limit]
    if as_json:
        return print_json(shown)
    print_table([_listed(curve) for curve in shown], empty="no loss curve is here", right=("points", "seeds"))
    if len(found) > limit:
        typer.echo(f"\nThere are more: --offset {offset + limit} goes on, --limit shows more at once.", err=True)
    return None


@app.command("show")
def show_curve(
    ctx: typer.Context,
    task: Annotated[str, typer.Argument(help="A task of `audition curves`.")],
    model: Annotated[str, typer.Argument(help="A model of `audition curves`.")],
    source: From = "live",
    ledger: arguments.Ledger = DEFAULT_LEDGER,
    plugin: arguments.PluginFiles = None,
    as_json: AsJson = False,
) -> None:
    """Show every measured loss of MODEL on TASK, and draw them."""
    from audition import library

    catalog = ctx.ensure_object(Session).catalog if source == "recorded" else None
    points = library.show_curve(task, model, source=source, ledger=ledger, catalog=catalog)
    if as_json:
        return print_json(points)
    rows = [_point(point) for point in points]
    kept = [name for name in rows[0] if any(row[name] not in (None, "") for row in rows)]
    right = ("examples", points[0].loss_unit, "learning rate", "seconds")
    print_table([{name: row[name] for name in kept} for row in rows], empty="", right=right)
    _draw(points)
    return None


def _listed(curve: ListedCurve) -> dict[str, Any]:
    sizes = f"{curve.n_sizes}: {curve.smallest:,} to {curve.largest:,}" if curve.n_sizes > 1 else f"{curve.smallest:,}"
    failed = f" ({curve.n_failed} failed)" if curve.n_failed else ""
    return {
        "task": curve.task,
        "model": curve.model,
        "sizes": sizes,
        "points": f"{curve.n_points}{failed}",
        "seeds": curve.n_seeds or "",
        "loss unit": curve.loss_unit,
        "source": curve.source if len(curve.source) <= SOURCE else f"{curve.source[: SOURCE - 1]}…",
    }


def _point(point: CurvePoint) -> dict[str, Any]:
    seen = point.observation
    seconds = None if seen is None or seen.cost.seconds is None else f"{seen.cost.seconds:.1f}"
    rate = None if seen is None or seen.learning_rate is None else f"{seen.learning_rate:g}"
    return {
        "examples": f"{point.n_samples:,}",
        point.loss_unit: point.status if point.loss is None else f"{point.loss:.4f}",
        "seed": None if seen is None else " ".join(map(str, seen.seeds)),
        "learning rate": rate,
        "seconds": seconds,
        "method": point.method,
        "device": point.device_kind,
        "key": point.key,
    }


def _draw(points: Sequence[CurvePoint]) -> None:
    from audition.text.dots import draw

    known = [(point.n_samples, point.loss) for point in points if point.n_samples and point.loss and point.loss > 0]
    if known:
        typer.echo(f"\nloss by examples, log-log (o measured, {points[0].loss_unit})\n{draw([], known)}")
