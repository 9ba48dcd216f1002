"""`audition doctor`: whether audition can work on this machine, with this ledger and these plugins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from audition.cli import arguments
from audition.cli.session import Session
from audition.cli.show.tables import AsJson, print_json
from audition.library.words import DEFAULT_LEDGER

if TYPE_CHECKING:
    from audition.checkup import Check
    from audition.library import CheckUp

SICK = 1  #: exit code where there is a problem


def doctor(
    ctx: typer.Context,
    ledger: arguments.Ledger = DEFAULT_LEDGER,
    timeout: Annotated[float, typer.Option(min=0.1, max=60, help="Seconds that the hub may take to answer.")] = 3.0,
    plugin: arguments.PluginFiles = None,
    as_json: AsJson = False,
) -> None:
    """Check devices, libraries, disks, the ledger, plugins, caches and the hub; say what to do about problems.

    The exit code is 0 where there is no problem, 1 where there is one. Nothing is written, downloaded or repaired.
    `audition plugins doctor` holds one plugin to its promises.
    """
    from audition.library.doctoring import doctor as look_over

    session = ctx.ensure_object(Session)
    found = look_over(
        ledger=ledger,
        timeout=timeout,
        catalog=lambda: session.catalog,
        on_check=_hush if as_json else _show,
    )
    if as_json:
        print_json(found.to_json())
    else:
        typer.echo(_sentence(found))
    if not found.is_healthy:
        raise typer.Exit(SICK)


def _show(check: Check) -> None:
    advice = f" - {check.advice}" if check.advice else ""
    typer.echo(f"{check.verdict:<8} {check.name:<13} {check.found}{advice}")


def _hush(_check: Check) -> None:
    """Show nothing: JSON comes at the end, whole."""


def _sentence(found: CheckUp) -> str:
    counts = {name: sum(check.verdict == name for check in found.checks) for name in ("problem", "warning")}
    parts = [f"{count} {name}{'s'[: count > 1]}" for name, count in counts.items() if count]
    return f"\n{' and '.join(parts) or 'Nothing is wrong'}: {len(found.checks)} checks."
