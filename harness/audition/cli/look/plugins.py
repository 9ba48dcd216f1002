"""`audition plugins`: what is installed, what it implements, what failed."""

from __future__ import annotations

from typing import ClassVar

import typer

from audition.cli.arguments import PluginFiles
from audition.cli.lazy import Lazy, NounGroup
from audition.cli.session import Session
from audition.cli.show.tables import AsJson, print_json, print_table
from audition.hookspecs import VERSION


class PluginsGroup(NounGroup):
    """The commands of `audition plugins`."""

    lazy: ClassVar = {
        "doctor": Lazy("audition.cli.look.plugins_doctor:doctor", "Hold a plugin to its promises; print a verdict."),
        "new": Lazy("audition.cli.look.plugins_new:new", "Write a new plugin, which passes its own tests."),
    }


app = typer.Typer(cls=PluginsGroup, add_completion=False)


@app.callback()
def plugins() -> None:
    """List plugins, where they come from, and which failed; examine one, or begin one."""


@app.command("list")
def list_plugins(ctx: typer.Context, plugin: PluginFiles = None, as_json: AsJson = False) -> None:
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
            f"hooks (version {VERSION})": ", ".join(hook.removeprefix("audition_") for hook in record.hooks),
            "error": record.error,
        }
        for record in records
    ]
    if not any(record.error for record in records):
        rows = [{name: cell for name, cell in row.items() if name != "error"} for row in rows]
    return print_table(rows, empty="no plugin is installed")
