"""`audition runs`: what was run with this ledger; one run with all that its report holds; two beside each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import typer

from audition.cli import arguments
from audition.cli.here.opening import open_ledger
from audition.cli.lazy import Lazy, NounGroup
from audition.cli.show import runs as pages
from audition.cli.show.tables import AsJson, print_json, print_table
from audition.errors import UsageError, unknown_name
from audition.library.words import DEFAULT_LEDGER

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Run = Annotated[str, typer.Argument(help="A run of `audition runs`, or the beginning of its name.")]


class RunsGroup(NounGroup):
    """The commands of `audition runs`."""

    lazy: ClassVar = {
        "memory": Lazy("audition.cli.here.runs_memory:show_memory", "Compare estimated with measured peak memory.")
    }


app = typer.Typer(cls=RunsGroup, add_completion=False)


@app.callback()
def runs() -> None:
    """List, show and compare what was run with a ledger: selections, fine-tunings, dry runs, interrupted runs."""


@app.command("list")
def list_runs(ledger: arguments.Ledger = DEFAULT_LEDGER, as_json: AsJson = False) -> None:
    """List runs, newest first. One that is "running" goes on, or was killed: its command goes on where it was."""
    found = _runs(ledger)
    if as_json:
        return print_json([pages.as_listed(run) for run in found])
    return print_table([pages.row(run) for run in found], empty="nothing has been run here yet")


@app.command("show")
def show_run(run: Run, ledger: arguments.Ledger = DEFAULT_LEDGER, as_json: AsJson = False) -> None:
    """Show one run: what was asked, the ranking, the advice, the cost, the commands, the versions."""
    found = _find(_runs(ledger), run)
    if as_json:
        return print_json(found["report"])
    return typer.echo("\n".join(pages.page(found)))


@app.command("diff")
def diff_runs(one: Run, other: Run, ledger: arguments.Ledger = DEFAULT_LEDGER, as_json: AsJson = False) -> None:
    """Show what differs between two runs: what was asked, where candidates stand, what is recommended."""
    found = _runs(ledger)
    difference = pages.difference(_find(found, one), _find(found, other))
    if as_json:
        return print_json(difference)
    print_table(difference["settings"], empty="Both were asked the same.")
    typer.echo("")
    return print_table(difference["candidates"], empty="Neither ranks a candidate.")


def _runs(ledger: str) -> Sequence[dict[str, Any]]:
    store = open_ledger(ledger)
    return () if store is None else store.runs()


def _find(runs: Sequence[Mapping[str, Any]], name: str) -> Mapping[str, Any]:
    """Return the run called so, or the only one whose name begins so.

    Raises:
        UsageError: there is none, or there are several.
    """
    matches = [run for run in runs if run["id"].startswith(name)]
    exact = [run for run in matches if run["id"] == name]
    if not matches:
        raise unknown_name("run", name, [run["id"] for run in runs])
    if len(matches) > 1 and not exact:
        raise UsageError(f"{name!r} is the beginning of {len(matches)} runs: {', '.join(m['id'] for m in matches[:5])}")
    return (exact or matches)[0]
