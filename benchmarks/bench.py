"""CPU seconds of the benchmark on recorded curves, a selector at a time, after imports.

    python benchmarks/bench.py [--repeats 3]

Prints the median over repeats for 3 tasks × 7 ratios (30 models each), and the sum with and without `our-fit`.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from fractions import Fraction

from audition.bench import ALL, Bench, make_contestants, recorded_tasks
from audition.plugins.catalog import Catalog
from audition.plugins.loading import load_plugins

RATIOS = [Fraction(1, 2**power) for power in range(3, 10)]


def main() -> None:
    """Measure, print one JSON object a selector."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--repeats", type=int, default=3)
    repeats = parser.parse_args().repeats
    catalog = Catalog(load_plugins(strict=True))
    tasks = recorded_tasks(catalog, RATIOS)
    medians = {}
    for contestant in make_contestants(catalog):
        bench = Bench(tasks=tasks, ratios=RATIOS, contestants=[contestant], strata=[ALL])
        times = [_cpu_seconds(bench) for _ in range(repeats + 1)][1:]  # the first imports what is needed
        medians[contestant.name] = statistics.median(times)
        print(
            json.dumps(
                {"selector": contestant.name, "cells": len(bench), "cpu_seconds": round(medians[contestant.name], 3)}
            )
        )
    total = sum(medians.values())
    print(
        json.dumps(
            {
                "cpu_seconds_all": round(total, 2),
                "cpu_seconds_without_our_fit": round(total - medians.get("our-fit", 0.0), 2),
                "torch_imported": "torch" in sys.modules,
            }
        )
    )


def _cpu_seconds(bench: Bench) -> float:
    before = time.process_time()
    for _ in bench.rows():
        pass
    return time.process_time() - before


if __name__ == "__main__":
    main()
