"""`audition bench`: selectors against each other, on recorded curves."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from audition.cli.arguments import Names, PluginFiles
from audition.cli.session import Session
from audition.cli.show.tables import AsJson
from audition.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from audition.bench import Bench, ModelFilter, Row

RATIOS = ("1/8", "1/16", "1/32", "1/64", "1/128", "1/256", "1/512")  #: those of the paper
MEMORIES = ("8GB", "16GB", "24GB", "40GB", "80GB")  #: of the leaderboards: what GPUs are sold with


def bench(
    ctx: typer.Context,
    task: Annotated[
        Names, typer.Option(help="Tasks; commas or repeat. Default: all with recorded curves at every ratio.")
    ] = None,
    ratio: Annotated[Names, typer.Option(help="Largest share of the training rows. Default: 1/8 to 1/512.")] = None,
    selector: Annotated[Names, typer.Option(help="Selectors. Default: all.")] = None,
    option: Annotated[Names, typer.Option(help="Option, such as k=4, of the selectors that take it. Repeat.")] = None,
    max_params: Annotated[
        Names, typer.Option(help="Strata by published parameter count: 7e9,1.9e9 (fewer than so many).")
    ] = None,
    memory: Annotated[
        Names, typer.Option(help="Strata by GPU memory: 8GB,24GB (estimated, recipe paper, bf16).")
    ] = None,
    loss_unit: Annotated[
        Literal["nats/byte", "nats/token"] | None, typer.Option(help="Where curves are recorded in both.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="For selectors that draw random numbers.")] = 0,
    form: Annotated[
        Literal["table", "markdown", "csv", "json"], typer.Option("--format", help="How rows are printed.")
    ] = "table",
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write the rows to this file.")] = None,
    leaderboards: Annotated[
        Path | None, typer.Option(help="Write leaderboards to this folder; rows are not printed.")
    ] = None,
    others: Annotated[
        list[Path] | None,
        typer.Option("--with", metavar="FILE", help="Rows that somebody's `audition bench --json` printed. Repeat."),
    ] = None,
    plugin: PluginFiles = None,
    as_json: AsJson = False,
) -> None:
    """Judge selectors by how well they would have picked among models whose losses are all recorded."""
    from audition.bench import (
        Bench,
        add_files,
        make_contestants,
        open_recorded_task,
        recorded_tasks,
        require_same_cells,
    )
    from audition.bench.printing import print_rows
    from audition.budgets.parsing import parse_ratio

    session = ctx.ensure_object(Session)
    session.strict_plugins = True  # a plugin that is missing would be a wrong leaderboard
    ratios = [parse_ratio(text) for text in _split(ratio) or RATIOS]
    tasks = [open_recorded_task(session.catalog, name, loss_unit) for name in _split(task)]
    cells = Bench(
        tasks=tasks or recorded_tasks(session.catalog, ratios, loss_unit),
        ratios=ratios,
        contestants=make_contestants(session.catalog, _split(selector), option or ()),
        strata=_strata(_split(max_params), _split(memory), is_leaderboard=leaderboards is not None),
        seed=seed,
    )
    for line in cells.left_out():
        typer.echo(f"left out of {line}", err=True)
    rows = _run(cells)
    rows = add_files(rows, others or ())
    if leaderboards is not None:
        require_same_cells(rows)
        _write_leaderboards(leaderboards, rows)
    text = print_rows(rows, "json" if as_json else form)
    if output is not None:
        _write(output, text)
    elif leaderboards is None:
        typer.echo(text, nl=False)


def _split(texts: Iterable[str] | None) -> list[str]:
    """Return the parts of an option that may be repeated, or hold several with commas between; none twice."""
    parts = [part.strip() for text in texts or () for part in text.split(",")]
    return list(dict.fromkeys(part for part in parts if part))


def _strata(max_params: list[str], memory: list[str], *, is_leaderboard: bool) -> list[ModelFilter]:
    """Return the strata asked for; else all models, and on leaderboards GPU memories besides."""
    from audition.bench import ALL, memory_filter, size_filter

    if max_params or memory:
        return [*map(size_filter, max_params), *map(memory_filter, memory)]
    return [ALL, *map(memory_filter, MEMORIES)] if is_leaderboard else [ALL]


def _run(bench: Bench) -> list[Row]:
    """Return all rows; on a terminal, a bar on standard error shows how far it is."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    rows = []
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        bar = progress.add_task("", total=len(bench))
        for row in bench.rows():
            rows.append(row)
            progress.update(bar, advance=1, description=f"{row.contestant} on {row.task}, {row.stratum}")
    return rows


def _write_leaderboards(folder: Path, rows: list[Row]) -> None:
    from audition.bench import leaderboard

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{folder}: cannot be made: {error.strerror}") from None
    for name, text in leaderboard.files(rows).items():
        _write(folder / name, text)
        typer.echo(f"wrote {folder / name}", err=True)


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror}") from None
