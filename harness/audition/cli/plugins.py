"""`audition plugins`: what is installed, what it implements, what failed."""

from __future__ import annotations

import typer

from audition.cli.lazy import NounGroup
from audition.cli.session import Session
from audition.cli.tables import AsJson, print_json, print_table

app = typer.Typer(cls=NounGroup, add_completion=False)


@app.callback()
def plugins() -> None:
    """List plugins, where they come from, and which failed."""


@app.command("list")
def list_plugins(ctx: typer.Context, as_json: AsJson = False) -> None:
    """List every plugin with origin, version, hooks and load error."""
    records = ctx.ensure_object(Session).catalog.plugins.records
    if as_json:
        return print_json(records)
    rows = [
        {
            "plugin": record.name,
            "status": record.status,
            "distribution": record.distribution,
            "version": record.version,
            "hooks": ", ".join(hook.removeprefix("audition_") for hook in record.hooks),
            "error": record.error,
        }
        for record in records
    ]
    if not any(record.error for record in records):
        rows = [{name: cell for name, cell in row.items() if name != "error"} for row in rows]
    return print_table(rows, empty="no plugin is installed")
