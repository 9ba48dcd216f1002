"""Measure audition beside its peers, in one run: `make benchmarks`.

    python benchmarks/run.py [--only curve,laws] [--scale smoke] [--output benchmarks/results.json]

Prints a line a row as it is measured, and writes all of them; rows of benchmarks that were not run stay what they were.
`docs/performance.md` is made of the file by `scripts/write_docs.py`. Nothing else should run on the machine.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
import time
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from suite.measuring import Row

SUITE = ("start_up", "laws", "bench", "ledger", "curve", "selection")
PACKAGES = ("audition", "torch", "transformers", "numpy", "scipy", "typer", "SQLAlchemy")
RESULTS = Path(__file__).parent / "results.json"


def main() -> int:
    """Measure, print, write; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--only", default=",".join(SUITE), help="of " + ", ".join(SUITE))
    parser.add_argument("--scale", default="full", choices=("full", "smoke"))
    parser.add_argument("--output", type=Path, default=RESULTS)
    arguments = parser.parse_args()
    names = arguments.only.split(",")
    unknown = [name for name in names if name not in SUITE]
    if unknown:
        print(f"error: no benchmark {unknown[0]!r}; there are {', '.join(SUITE)}", file=sys.stderr)
        return 2
    if not arguments.output.parent.is_dir():
        print(f"error: --output: there is no folder {arguments.output.parent}", file=sys.stderr)
        return 2
    known = json.loads(arguments.output.read_text(encoding="utf-8")) if arguments.output.exists() else {}
    for name in names:
        rows = []
        for row in import_module(f"suite.{name}").measure(arguments.scale):
            rows.append(row.to_json())
            print(line_of(row), flush=True)
        known[name] = {"machine": machine(), "scale": arguments.scale, "rows": rows}
        ordered = {each: known[each] for each in SUITE if each in known}
        arguments.output.write_text(json.dumps(ordered, indent=1) + "\n", encoding="utf-8")
    return 0


def line_of(row: Row) -> str:
    """Return a row as one line: medians, spread, ratio."""
    said = f"{row.benchmark}: {row.case}: {spread(row.ours)} {row.quantity}"
    if row.ratio is not None:
        said += f"; {row.peer_name} {spread(row.peer)}: {row.ratio:.3g} times as much"
    return said + (f" ({row.note})" if row.note else "")


def spread(values: tuple[float, ...]) -> str:
    """Return the median, and the extremes where there are several."""
    median = f"{statistics.median(values):.3g}"
    return median if len(values) == 1 else f"{median} ({min(values):.3g} to {max(values):.3g}, n = {len(values)})"


def machine() -> dict[str, Any]:
    """Return what was measured on, and when."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    model = next(
        (each.partition(":")[2].strip() for each in lines if each.startswith("model name")), platform.machine()
    )
    return {
        "cpu": model,
        "cores": len(os.sched_getaffinity(0)),
        "python": platform.python_version(),
        "versions": {package: version(package) for package in PACKAGES},
        "date": time.strftime("%Y-%m-%d"),
        "load_of_the_last_minute": round(os.getloadavg()[0], 2),
    }


if __name__ == "__main__":
    sys.exit(main())
