"""`audition executors`: where measurements can run, and what each can be told."""

from __future__ import annotations

import typer

from audition.cli.arguments import PluginFiles
from audition.cli.lazy import NounGroup
from audition.cli.session import Session
from audition.cli.show.offers import Name, show_offers
from audition.cli.show.tables import AsJson
from audition.plugins.factories import TOLD

app = typer.Typer(cls=NounGroup, add_completion=False)


@app.callback()
def executors() -> None:
    """List where measurements can run, or show the options of one: `audition executors local`."""


@app.command("list")
def list_executors(ctx: typer.Context, name: Name = None, plugin: PluginFiles = None, as_json: AsJson = False) -> None:
    """List every executor with what it does and who offers it; with a NAME, the options of that one."""
    catalog = ctx.ensure_object(Session).catalog
    chosen = None if name is None else catalog.executor(name)
    show_offers("executor", catalog.executors, chosen, option="--executor-option", reserved=TOLD, as_json=as_json)
