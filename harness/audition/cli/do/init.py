"""`audition init`: look at somebody's data, and write the settings to begin with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from audition.cli import arguments
from audition.cli.session import Session
from audition.errors import UsageError


def init(
    ctx: typer.Context,
    task: arguments.Task,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="The file to write.")] = Path(
        "audition.toml"
    ),
    input_column: arguments.InputColumn = None,
    target_column: arguments.TargetColumn = None,
    prompt: arguments.Prompt = None,
    validation: arguments.Validation = None,
    test: arguments.Test = None,
    delimiter: arguments.Delimiter = None,
    quotes: arguments.Quotes = "auto",
    skip_bad_rows: arguments.SkipBadRows = False,
    plugin: arguments.PluginFiles = None,
) -> None:
    """Look at the rows of TASK: columns, lengths, repeats, leaks, language; write settings that explain them."""
    from audition.library.starting import look, write_settings
    from audition.library.starting.written import describe, select_command
    from audition.recipes.support import require_train_extra

    require_train_extra()
    if output.exists():  # before the rows are read
        raise UsageError(f"{output}: is there already, and nothing is overwritten; give another --output")
    found = look(ctx.ensure_object(Session).catalog, task, arguments.read_options(ctx))
    write_settings(found, output)
    typer.echo(describe(found))
    typer.echo(f"\nwrote {output}; look at it, then:\n  {select_command(output)}")
