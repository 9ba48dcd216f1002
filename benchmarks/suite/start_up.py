"""CPU seconds of commands that people wait for, beside those of an empty Python."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from suite.measuring import Row, Scale, run

if TYPE_CHECKING:
    from collections.abc import Iterator

HELP, REPLAY = 5, 10  #: goals: times an empty Python
COMMANDS: dict[str, tuple[list[str], int | None]] = {
    "import audition": (["-c", "import audition"], None),
    "its libraries alone: import typer, rich, pydantic": (
        ["-c", "import typer, rich.console, rich.table, pydantic.types"],
        None,
    ),
    "its libraries alone: import numpy": (["-c", "import numpy"], None),
    "audition --help": (["-m", "audition", "--help"], HELP),
    "audition models": (["-m", "audition", "models"], HELP),
    "audition tasks": (["-m", "audition", "tasks"], HELP),
    "audition select --help": (["-m", "audition", "select", "--help"], HELP),
    "audition select flan --source recorded": (["-m", "audition", "select", "flan", "--source", "recorded"], REPLAY),
}


def measure(scale: Scale) -> Iterator[Row]:
    """Yield one row a command; the ratio is how many empty Pythons it takes, upside down."""
    repeats = 9 if scale == "full" else 1
    names = list(COMMANDS) if scale == "full" else ["import audition", "audition --help"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        seconds: dict[str, list[float]] = {each: [] for each in ["", *names]}
        for turn in range(repeats + 1):  # round by round, so that a busy moment touches all
            for each, found in seconds.items():
                arguments = COMMANDS[each][0] if each else ["-c", "pass"]
                spent = run([sys.executable, *arguments], folder=folder).cpu_seconds
                if turn:  # the first round compiles what is not compiled yet
                    found.append(spent)
    empty = sorted(seconds[""])[repeats // 2]
    for each in names:
        goal = COMMANDS[each][1]
        yield Row(
            benchmark="start-up",
            case=each,
            quantity="CPU seconds",
            ours=tuple(seconds[each]),
            peer=tuple(seconds[""]),
            peer_name="python -c pass",
            goal=None if goal is None else 1 / goal,
            note=f"{sorted(seconds[each])[repeats // 2] / empty:.1f} empty Pythons"
            + ("" if goal is None else f"; goal: {goal} at most"),
        )
