"""`docs/performance.md`, from what `make benchmarks` measured."""

from __future__ import annotations

import json
import statistics
from pathlib import Path
from typing import Any

from audition.text.tables import to_table

BENCHMARKS = Path(__file__).resolve().parent.parent.parent / "benchmarks"
HEAD = BENCHMARKS / "performance.md"


def performance_page() -> str:
    """Return the page: how to read it and what follows from it, written by hand, and the tables."""
    results = json.loads((BENCHMARKS / "results.json").read_text(encoding="utf-8"))
    parts = [HEAD.read_text(encoding="utf-8").strip()]
    for name, found in results.items():
        parts += [f"## {name.replace('_', '-')}", machine_line(found), table(found["rows"])]
    return "\n\n".join(parts) + "\n"


def machine_line(found: dict[str, Any]) -> str:
    """Return on what a benchmark was measured."""
    machine = found["machine"]
    versions = ", ".join(f"{package} {version}" for package, version in machine["versions"].items())
    return (
        f"{machine['date']}, {machine['cores']} cores of {machine['cpu']}, Python {machine['python']}, load before "
        f"{machine['load_of_the_last_minute']}; {versions}."
    )


def table(rows: list[dict[str, Any]]) -> str:
    """Return the rows of one benchmark as Markdown."""
    shown = [
        {
            "what": row["case"],
            "quantity": row["quantity"],
            "audition": spread(row["ours"]),
            "peer": f"{spread(row['peer'])} ({row['peer_name']})" if row["peer"] else "",
            "ratio": "" if row["ratio"] is None else f"{row['ratio']:.3g}",
            "goal": goal(row),
            "remarks": row["note"],
        }
        for row in rows
    ]
    return to_table(shown, "github", left=7)


def spread(values: list[float]) -> str:
    """Return the median, and the extremes where there are several."""
    median = f"{statistics.median(values):.3g}"
    return median if len(values) == 1 else f"{median} ({min(values):.3g}–{max(values):.3g}, n = {len(values)})"


def goal(row: dict[str, Any]) -> str:
    """Return the goal and whether it is reached."""
    if row["goal"] is None:
        return ""
    limit = f"≥ {row['goal']:.3g}" if row["peer"] else f"≤ {row['goal']:.3g}"
    return f"{limit}: {'reached' if row['reaches'] else 'missed'}"
