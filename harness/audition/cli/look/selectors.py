"""`audition selectors`: what turns observations into a ranking, and what it can be told."""

from __future__ import annotations

import typer

from audition.cli.arguments import PluginFiles
from audition.cli.lazy import NounGroup
from audition.cli.session import Session
from audition.cli.show.offers import Name, show_offers
from audition.cli.show.tables import AsJson

app = typer.Typer(cls=NounGroup, add_completion=False)


@app.callback()
def selectors() -> None:
    """List what turns observations into a ranking, or show the options of one: `audition selectors ats`."""


@app.command("list")
def list_selectors(ctx: typer.Context, name: Name = None, plugin: PluginFiles = None, as_json: AsJson = False) -> None:
    """List every selector with what it does and who offers it; with a NAME, the options of that one."""
    catalog = ctx.ensure_object(Session).catalog
    chosen = None if name is None else catalog.selector(name)
    show_offers("selector", catalog.selectors, chosen, option="--option", as_json=as_json)
