"""`audition runs memory`: how well memory was estimated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from audition.cli import arguments
from audition.cli.here.opening import open_ledger
from audition.cli.show.tables import AsJson, print_json, print_table
from audition.library.words import DEFAULT_LEDGER
from audition.text.sizes import format_bytes

if TYPE_CHECKING:
    from audition.memory.measured import MemoryRecord, MemorySummary


def show_memory(ledger: arguments.Ledger = DEFAULT_LEDGER, as_json: AsJson = False) -> None:
    """Compare the estimated with the measured peak memory of every measurement in a ledger."""
    from audition.memory.measured import memory_records, summarise

    store = open_ledger(ledger)
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


def _memory(record: MemoryRecord) -> dict[str, Any]:
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
