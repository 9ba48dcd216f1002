"""`audition runs`: selections made with this ledger."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from audition.cli import arguments
from audition.cli.lazy import NounGroup
from audition.cli.show.tables import AsJson, print_json, print_table
from audition.errors import UsageError, unknown_name
from audition.library.words import DEFAULT_LEDGER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from audition.measuring.ledger import Ledger
    from audition.memory.measured import MemoryRecord, MemorySummary

app = typer.Typer(cls=NounGroup)


@app.callback()
def runs() -> None:
    """List and show selections made with a ledger."""


@app.command("list")
def list_runs(ledger: arguments.Ledger = DEFAULT_LEDGER, as_json: AsJson = False) -> None:
    """List finished selections, newest first."""
    finished = _runs(ledger)
    if as_json:
        return print_json([{**run, "report": run["report"]["recommendation"]} for run in finished])
    return print_table([_row(run) for run in finished], empty="no selection has finished here yet")


@app.command("show")
def show_run(
    run: Annotated[str, typer.Argument(help="A run of `audition runs`, or the beginning of its name.")],
    ledger: arguments.Ledger = DEFAULT_LEDGER,
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


@app.command("memory")
def show_memory(ledger: arguments.Ledger = DEFAULT_LEDGER, as_json: AsJson = False) -> None:
    """Compare the estimated with the measured peak memory of every measurement in a ledger."""
    from audition.memory.measured import memory_records, summarise

    store = _open(ledger)
    records = memory_records(() if store is None else store.observations())
    summaries = summarise(records)
    if as_json:
        return print_json({"measurements": records, "summaries": summaries})
    print_table(
        [_memory(record) for record in records],
        empty="no measurement with its memory is in this ledger yet",
        right=("examples", "micro-batch tokens", "estimated", "measured", "reserved (measured)", "estimated/measured"),
    )
    for summary in summaries:
        typer.echo(_summary(summary))
    return None


def _runs(ledger: str) -> Sequence[dict[str, Any]]:
    store = _open(ledger)
    return () if store is None else store.runs()


def _open(ledger: str) -> Ledger | None:
    from audition.measuring.ledger import Ledger

    return Ledger(ledger) if "://" in ledger or Path(ledger).exists() else None  # looking makes no ledger


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


def _memory(record: MemoryRecord) -> dict[str, Any]:
    from audition.text.sizes import format_bytes

    def size(n_bytes: int | None) -> str | None:
        return None if n_bytes is None else format_bytes(n_bytes)

    return {
        "model": record.model,
        "method": record.method,
        "device": record.device_kind,
        "examples": record.n_samples,
        "status": record.status,
        "micro-batch tokens": record.micro_batch_tokens or "as asked",
        "estimated": size(record.estimated_bytes),
        "measured": size(record.measured_bytes),
        "reserved (measured)": size(record.reserved_bytes),
        "estimated/measured": None if record.ratio is None else f"{record.ratio:.2f}",
    }


def _summary(summary: MemorySummary) -> str:
    def worst(record: MemoryRecord) -> str:
        return f"{record.ratio:.2f} ({record.model}, {record.n_samples} examples)"

    measured = "of the process" if summary.device_kind == "cpu" else "allocated"
    return (
        f"{summary.device_kind or 'unknown device'}: estimated / measured ({measured}) is {summary.mean_ratio:.2f} on "
        f"average of {summary.n_compared}, from {worst(summary.lowest)} to {worst(summary.highest)}"
    )
