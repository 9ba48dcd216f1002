"""`audition bench`: selectors against each other, on recorded curves."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from audition import library
from audition.bench.printing import print_rows
from audition.cli import arguments
from audition.cli.arguments import Names, PluginFiles, words_of
from audition.cli.session import Session
from audition.cli.show.tables import AsJson
from audition.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping


def bench(
    ctx: typer.Context,
    task: Annotated[
        Names,
        typer.Option(
            help="Tasks; commas or repeat. Default: all with recorded curves at every ratio.",
            rich_help_panel=arguments.COMPARED,
            metavar="NAMES",
        ),
    ] = None,
    ratio: Annotated[
        Names,
        typer.Option(
            help="Largest share of the training rows. Default: 1/8 to 1/512.",
            rich_help_panel=arguments.MEASURED,
            metavar="RATIOS",
        ),
    ] = None,
    selector: Annotated[
        Names, typer.Option(help="Selectors. Default: all.", rich_help_panel=arguments.COMPARED, metavar="NAMES")
    ] = None,
    option: Annotated[
        Names,
        typer.Option(
            help="Option, such as k=4, of the selectors that take it. Repeat.",
            rich_help_panel=arguments.COMPARED,
            metavar="NAME=VALUE",
        ),
    ] = None,
    max_params: Annotated[
        Names,
        typer.Option(
            help="Strata by published parameter count: 7e9,1.9e9 (fewer than so many).",
            rich_help_panel=arguments.COMPARED,
            metavar="COUNTS",
        ),
    ] = None,
    memory: Annotated[
        Names,
        typer.Option(
            help="Strata by GPU memory: 8GB,24GB (estimated, recipe paper, bf16).",
            rich_help_panel=arguments.COMPARED,
            metavar="SIZES",
        ),
    ] = None,
    loss_unit: Annotated[
        Literal["nats/byte", "nats/token"] | None,
        typer.Option(help="Where curves are recorded in both.", rich_help_panel=arguments.COMPARED),
    ] = None,
    seed: Annotated[
        int, typer.Option(min=0, help="For selectors that draw random numbers.", rich_help_panel=arguments.MEASURED)
    ] = 0,
    form: Annotated[
        Literal["table", "markdown", "csv", "json"],
        typer.Option("--format", help="How rows are printed.", rich_help_panel=arguments.OUTPUT),
    ] = "table",
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Write the rows to this file.", rich_help_panel=arguments.OUTPUT),
    ] = None,
    leaderboards: Annotated[
        Path | None,
        typer.Option(help="Write leaderboards to this folder; rows are not printed.", rich_help_panel=arguments.OUTPUT),
    ] = None,
    others: Annotated[
        list[Path] | None,
        typer.Option(
            "--with",
            metavar="FILE",
            help="Rows that somebody's `audition bench --json` printed. Repeat.",
            rich_help_panel=arguments.COMPARED,
        ),
    ] = None,
    plugin: PluginFiles = None,
    as_json: AsJson = False,
) -> None:
    """Judge selectors by how well they would have picked among models whose losses are all recorded."""
    ctx.ensure_object(Session).strict_plugins = True  # a plugin that is missing would be a wrong leaderboard
    words = words_of(ctx, library.bench, others="with_")
    result = library.bench(**words, is_leaderboard=leaderboards is not None)
    for line in result.left_out:
        typer.echo(f"left out of {line}", err=True)
    if leaderboards is not None:
        _write_leaderboards(leaderboards, result.leaderboards())
    text = print_rows(result.rows, "json" if as_json else form)
    if output is not None:
        _write(output, text)
    elif leaderboards is None:
        typer.echo(text, nl=False)


def _write_leaderboards(folder: Path, files: Mapping[str, str]) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{folder}: cannot be made: {error.strerror}") from None
    for name, text in files.items():
        _write(folder / name, text)
        typer.echo(f"wrote {folder / name}", err=True)


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror}") from None
