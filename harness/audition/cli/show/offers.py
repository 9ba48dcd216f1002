"""Entries that plugins offer, in a table; or one of them with its options."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from audition.cli.show.tables import offers_to_json, print_json, print_table

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from audition.types import ExecutorEntry, Registered, SelectorEntry

Name = Annotated[str | None, typer.Argument(help="One of them, to see its options.")]


def show_offers(
    noun: str,
    offers: Mapping[str, Registered[Any]],
    chosen: SelectorEntry | ExecutorEntry | None,
    *,
    option: str,
    reserved: Collection[str] = (),
    as_json: bool,
) -> None:
    """Print all `offers`, or what `chosen` can be told.

    Args:
        noun: what they are.
        offers: by name.
        chosen: one of them; None: all are listed.
        option: word of the command line that sets an option.
        reserved: parameters that are not a user's.
        as_json: with every field.
    """
    from audition.plugins.options import options_of

    if chosen is not None:
        known = options_of(chosen.make, reserved=reserved)
        if as_json:
            print_json({**offers_to_json([offers[chosen.name]])[0], "options": known})
            return
        typer.echo(f"{chosen.name} ({offers[chosen.name].plugin}): {chosen.summary}\n")
        rows = [
            {
                "option": f"{option} {each.name}=…",
                "type": each.kind,
                "default": "has to be given" if each.default is None else each.default,
            }
            for each in known
        ]
        print_table(rows, empty="It takes no option.")
    elif as_json:
        print_json(offers_to_json(offers.values()))
    else:
        rows = [
            {noun: offer.entry.name, "plugin": offer.plugin, "what it does": offer.entry.summary}
            for offer in offers.values()
        ]
        print_table(rows, empty=f"no plugin offers a {noun}")
