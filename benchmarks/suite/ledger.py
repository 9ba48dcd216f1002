"""A ledger of a million observations: filling it, looking one up, listing."""

from __future__ import annotations

import hashlib
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from audition.measuring.ledger import Ledger
from audition.types import Cost, Observation
from suite.measuring import Row, Scale

if TYPE_CHECKING:
    from collections.abc import Iterator

LOOK_UP, PAGE, INSERT = 1e-3, 0.2, 1 / 5_000  #: goals, in seconds
BATCH = 10_000


def measure(scale: Scale) -> Iterator[Row]:
    """Yield wall seconds, since a ledger waits for a disk."""
    n = 1_000_000 if scale == "full" else 200
    with tempfile.TemporaryDirectory() as folder:
        ledger = Ledger(str(Path(folder) / "ledger.db"))
        started = time.perf_counter()
        for start in range(0, n, BATCH):
            ledger.put_all({key(each): observation(each) for each in range(start, min(n, start + BATCH))})
        yield _row(n, "an insertion, in bulk", (time.perf_counter() - started) / n, INSERT)
        sample = range(0, n, max(1, n // 1000))
        started = time.perf_counter()
        for each in sample:
            ledger.get(key(each))
        yield _row(n, "a look-up", (time.perf_counter() - started) / len(sample), LOOK_UP)
        started = time.perf_counter()
        ledger.get_all([key(each) for each in sample])
        yield _row(n, f"a look-up, {len(sample)} at once", (time.perf_counter() - started) / len(sample), LOOK_UP)
        started = time.perf_counter()
        for _ in range(20):
            ledger.put(key(n), observation(n))
        yield _row(n, "an insertion that is on disk when it returns", (time.perf_counter() - started) / 20, None)
        for number in range(500 if scale == "full" else 5):
            ledger.add_run(f"run-{number:05}", Path(folder), {"task": "t", "strata": [{"ranking": ["m"] * 200}]})
        started = time.perf_counter()
        ledger.runs()
        yield _row(n, "a list of 500 runs", time.perf_counter() - started, PAGE)
        ledger.close()


def key(number: int) -> str:
    """Return a key as measurements have them."""
    return hashlib.sha256(str(number).encode()).hexdigest()


def observation(number: int) -> Observation:
    """Return an observation of the usual size."""
    return Observation(
        model=f"model/{number % 10_000}",
        task=f"task-{number % 7}",
        n_samples=200 * 2 ** (number % 8),
        loss_per_token=1.0 + number % 97 / 97,
        loss_per_byte=0.3,
        seeds=(number % 3,),
        cost=Cost(n_samples=200, samples_processed=4000, flops=1e15, seconds=12.5),
        learning_rate=3e-4,
        batch_size=8,
        epochs=2.0,
        memory_bytes=2**30,
        device_kind="cpu",
        method="full fp32",
    )


def _row(n: int, case: str, seconds: float, goal: float | None) -> Row:
    return Row(
        benchmark="ledger", case=f"{n:,} observations: {case}", quantity="wall seconds", ours=(seconds,), goal=goal
    )
