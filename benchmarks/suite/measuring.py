"""Rows of the results, and what runs a program and weighs it."""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Scale = Literal["smoke", "full"]
BENCHMARKS = Path(__file__).parent.parent
ONE_THREAD = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One quantity, measured of ours and of a peer in the same run. Less is better."""

    benchmark: str
    case: str
    quantity: str  #: with its unit, such as "CPU seconds"
    ours: tuple[float, ...]  #: one a repeat
    peer: tuple[float, ...] = ()  #: empty: there is none, and `limit` is what counts
    peer_name: str = ""
    goal: float | None = None  #: that ratio is to reach, peer / ours; or the limit of ours where there is no peer
    note: str = ""
    more: dict[str, Any] = field(default_factory=dict)  #: what else was found, such as losses

    @property
    def ratio(self) -> float | None:
        """Return how many times as much the peer takes, of the medians; None without a peer."""
        return statistics.median(self.peer) / statistics.median(self.ours) if self.peer else None

    @property
    def reaches(self) -> bool | None:
        """Return whether the goal is reached; None where there is none."""
        if self.goal is None:
            return None
        return statistics.median(self.ours) <= self.goal if self.ratio is None else self.ratio >= self.goal

    def to_json(self) -> dict[str, Any]:
        """Return plain data, with what the page shows."""
        return {**asdict(self), "ratio": self.ratio, "reaches": self.reaches}


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a program."""

    cpu_seconds: float  #: user and system, of the process and its children
    wall_seconds: float
    answer: Any  #: what its last line of output says, as JSON; None: nothing


def run(command: Sequence[str], *, folder: Path | None = None, env: dict[str, str] | None = None) -> Run:
    """Run a program to its end.

    Raises:
        RuntimeError: it failed; the message has the end of what it said.
    """
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(  # noqa: S603 - our own commands
        command,
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env={**os.environ, **ONE_THREAD, **(env or {})},
    )
    wall, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}: {done.stderr[-2000:]}")
    cpu = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    last = done.stdout.strip().rpartition("\n")[2]
    return Run(cpu, wall, json.loads(last) if last.startswith(("{", "[")) else None)


def script(name: str, **arguments: object) -> list[str]:
    """Return the command of a script beside this suite, which reads its arguments as one JSON object."""
    return [sys.executable, str(BENCHMARKS / name), json.dumps(arguments)]


def cpu_seconds(work: Callable[[], object], repeats: int) -> tuple[float, ...]:
    """Return the CPU seconds of this process for each repeat of `work`."""
    found = []
    for _ in range(repeats):
        started = time.process_time()
        work()
        found.append(time.process_time() - started)
    return tuple(found)
