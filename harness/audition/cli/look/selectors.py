"""`audition selectors`: what turns observations into a ranking."""

from __future__ import annotations

import typer

from audition.cli.arguments import PluginFiles
from audition.cli.lazy import NounGroup
from audition.cli.session import Session
from audition.cli.show.tables import AsJson, offers_to_json, print_json, print_table

app = typer.Typer(cls=NounGroup, add_completion=False)


@app.callback()
def selectors() -> None:
    """List what turns observations into a ranking."""


@app.command("list")
def list_selectors(ctx: typer.Context, plugin: PluginFiles = None, as_json: AsJson = False) -> None:
    """List every selector with what it does and who offers it."""
    offers = ctx.ensure_object(Session).catalog.selectors.values()
    if as_json:
        return print_json(offers_to_json(offers))
    rows = [
        {"selector": offer.entry.name, "plugin": offer.plugin, "what it does": offer.entry.summary} for offer in offers
    ]
    return print_table(rows, empty="no plugin offers a selector")
