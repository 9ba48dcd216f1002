"""An event log for programs: with `AUDITION_EVENTS=events.jsonl`, a JSON line for every measurement and selection.

The ledger keeps results; this tells whoever watches a long selection, `tail -f` or a dashboard, that one has come.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from audition import codec, hookimpl

if TYPE_CHECKING:
    from audition.selection import Report
    from audition.types import Observation

VARIABLE = "AUDITION_EVENTS"  #: path of the log; unset or empty: none is written


@hookimpl
def audition_measured(observation: Observation) -> None:
    """Log a paid measurement, every field of it."""
    _log("measured", observation=observation)


@hookimpl
def audition_selected(report: Report) -> None:
    """Log a finished selection: what won in each stratum, and what was spent."""
    _log(
        "selected",
        task=report.task,
        selector=report.selector,
        source=report.source,
        budget=report.budget,
        winners=[next((row.model for row in stratum.ranking if row.rank == 1), None) for stratum in report.strata],
        spent=report.spent,
        reused=report.reused,
        recommendation=report.recommendation,
    )


def _log(event: str, **fields: object) -> None:
    path = os.environ.get(VARIABLE, "")
    if not path:
        return
    line = codec.dumps({"event": event, "at": datetime.now(UTC).isoformat(timespec="milliseconds"), **fields}) + "\n"
    # one write of one line in append mode: threads and selections that share a log do not mix theirs
    with Path(path).open("ab", buffering=0) as log:
        log.write(line.encode())
