"""`audition reproduce`: a paper's results, computed anew beside its own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from audition.cli.arguments import PluginFiles
from audition.cli.session import Session
from audition.errors import UsageError


def reproduce(
    ctx: typer.Context,
    names: Annotated[list[str] | None, typer.Argument(help="Reproductions. Default: all on offer.")] = None,
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder for the page, its tables and figures.")] = Path(
        "leaderboards"
    ),
    plugin: PluginFiles = None,
) -> None:
    """Compute the results of a paper from its recorded curves, and write them beside the published ones."""
    session = ctx.ensure_object(Session)
    session.strict_plugins = True  # a plugin that is missing would be a wrong number
    catalog = session.catalog
    entries = [catalog.reproduction(name) for name in names or catalog.reproductions]
    if not entries:
        raise UsageError("no plugin offers a reproduction")
    for entry in entries:
        for name, text in entry.make(catalog).items():
            path = output / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
            typer.echo(f"wrote {path}", err=True)
