"""`audition runs`: selections made with this ledger."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from audition.cli import arguments
from audition.cli.lazy import NounGroup
from audition.cli.tables import AsJson, print_json, print_table
from audition.errors import UsageError, unknown_name

if TYPE_CHECKING:
    from collections.abc import Sequence

app = typer.Typer(cls=NounGroup)


@app.callback()
def runs() -> None:
    """List and show selections made with a ledger."""


@app.command("list")
def list_runs(ledger: arguments.Ledger = arguments.DEFAULT_LEDGER, as_json: AsJson = False) -> None:
    """List finished selections, newest first."""
    finished = _runs(ledger)
    if as_json:
        return print_json([{**run, "report": run["report"]["recommendation"]} for run in finished])
    return print_table([_row(run) for run in finished], empty="no selection has finished here yet")


@app.command("show")
def show_run(
    run: Annotated[str, typer.Argument(help="A run of `audition runs`, or the beginning of its name.")],
    ledger: arguments.Ledger = arguments.DEFAULT_LEDGER,
    as_json: AsJson = False,
) -> None:
    """Show the ranking of one run."""
    finished = _runs(ledger)
    matches = [candidate for candidate in finished if candidate["id"].startswith(run)]
    if not matches:
        raise unknown_name("run", run, [candidate["id"] for candidate in finished])
    if len(matches) > 1 and run not in {match["id"] for match in matches}:
        raise UsageError(f"{run!r} is the beginning of {len(matches)} runs: {', '.join(m['id'] for m in matches[:5])}")
    report = matches[0]["report"]
    if as_json:
        return print_json(report)
    for stratum in report["strata"]:
        print_table([_ranked(row) for row in stratum["ranking"]], empty="no candidates")
    typer.echo(f"\n{report['recommendation']}\n{matches[0]['folder']}")
    return None


def _runs(ledger: str) -> Sequence[dict[str, Any]]:
    from audition.ledger import Ledger

    if "://" not in ledger and not Path(ledger).exists():
        return ()  # looking makes no ledger
    return Ledger(ledger).runs()


def _row(run: dict[str, Any]) -> dict[str, Any]:
    report = run["report"]
    ranking = report["strata"][-1]["ranking"]
    return {
        "run": run["id"],
        "task": report["task"],
        "selector": report["selector"],
        "budget": report["budget"],
        "candidates": len(ranking),
        "winner": ranking[0]["model"] if ranking and ranking[0]["rank"] else "none",
        "finished (UTC)": run["finished_at"][:19],
    }


def _ranked(row: dict[str, Any]) -> dict[str, Any]:
    loss = row["predicted_loss"]
    return {
        "rank": row["rank"],
        "model": row["model"],
        "status": row["status"],
        "predicted loss": None if loss is None else round(loss, 4),
        "sizes measured": " ".join(str(point["n_samples"]) for point in row["measured"]),
    }
