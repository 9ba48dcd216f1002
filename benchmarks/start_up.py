"""CPU seconds of commands that people wait for, beside those of an empty Python, in one run.

    python benchmarks/start_up.py [--repeats 9]

Prints the median CPU time (user and system, the process and its children) and its ratio to `python -c pass`.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile

COMMANDS = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "import audition": [sys.executable, "-c", "import audition"],
    "audition --help": [sys.executable, "-m", "audition", "--help"],
    "audition models": [sys.executable, "-m", "audition", "models"],
    "audition tasks": [sys.executable, "-m", "audition", "tasks"],
    "audition select --help": [sys.executable, "-m", "audition", "select", "--help"],
    "audition select flan --source recorded": [
        *[sys.executable, "-m", "audition", "select", "flan", "--source", "recorded"],
    ],
}
HEAVY = ("torch", "transformers", "datasets", "evaluate", "accelerate", "peft", "bitsandbytes")


def cpu_seconds(command: list[str], folder: str) -> float:
    """Return user and system time of one run of `command`."""
    before = os.times()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=folder)  # noqa: S603 - our own commands
    after = os.times()
    return (after.children_user - before.children_user) + (after.children_system - before.children_system)


def heavy_imports(command: list[str], folder: str) -> list[str]:
    """Return which heavy packages a command imports, by Python's own account."""
    timed = [command[0], "-X", "importtime", *command[1:]]
    errors = subprocess.run(timed, check=True, capture_output=True, text=True, cwd=folder).stderr  # noqa: S603
    imported = {line.rpartition("|")[2].strip() for line in errors.splitlines()}
    return [name for name in HEAVY if name in imported]


def main() -> None:
    """Measure, print one JSON object a command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--repeats", type=int, default=9)
    repeats = parser.parse_args().repeats
    with tempfile.TemporaryDirectory() as folder:
        for command in COMMANDS.values():
            cpu_seconds(command, folder)  # compiles what is not compiled yet
        times: dict[str, list[float]] = {name: [] for name in COMMANDS}
        for _ in range(repeats):  # round by round, so that a busy moment touches all
            for name, command in COMMANDS.items():
                times[name].append(cpu_seconds(command, folder))
        empty = statistics.median(times["python -c pass"])
        for name, command in COMMANDS.items():
            median = statistics.median(times[name])
            print(
                json.dumps(
                    {
                        "command": name,
                        "cpu_seconds_median": round(median, 3),
                        "cpu_seconds_max": round(max(times[name]), 3),
                        "ratio_to_empty_python": round(median / empty, 1),
                        "heavy_imports": heavy_imports(command, folder),
                    }
                )
            )


if __name__ == "__main__":
    main()
