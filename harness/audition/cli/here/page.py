"""`audition page`: a run, or a benchmark, as a page of HTML."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from audition import library
from audition.cli import arguments
from audition.cli.arguments import PluginFiles, words_of
from audition.library.words import DEFAULT_LEDGER


def page(
    ctx: typer.Context,
    run: Annotated[
        str | None,
        typer.Argument(
            help="A run of `audition runs` or the beginning of its name, a run folder, a report.json, or bench."
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Folder of the page. Default: the run's own; bench-page.")
    ] = None,
    ledger: arguments.Ledger = DEFAULT_LEDGER,
    rows: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE", help="Of bench: rows that `audition bench --json` printed. Default: it runs. Repeat."
        ),
    ] = None,
    published: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Of bench: paper/tables.csv of `audition reproduce`.")
    ] = None,
    plugin: PluginFiles = None,
) -> None:
    """Write a run (default: the latest), or a benchmark, as a page that opens from disk."""
    typer.echo(library.page(**words_of(ctx, library.page)))
