"""How a listing is printed: a plain table for people, JSON for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from audition.text.codec import dumps, to_json
from audition.text.tables import render

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from audition.types import Registered


AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, with every field.", rich_help_panel="Output")]


def print_json(value: object) -> None:
    """Print `value` as JSON, indented."""
    typer.echo(dumps(value, indent=2))


def offers_to_json(offers: Iterable[Registered[Any]]) -> list[dict[str, Any]]:
    """Return each entry's fields, but for its factory, and the plugin that offers it."""
    return [{**to_json(offer.entry), "plugin": offer.plugin} for offer in offers]


def print_table(rows: Sequence[Mapping[str, Any]], *, empty: str, right: Collection[str] = ()) -> None:
    """Print `rows` under the headings that their keys are, or the sentence `empty` when there are none."""
    typer.echo(render(rows, right=right) if rows else empty)
