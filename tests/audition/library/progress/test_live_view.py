"""A selection of toys in a terminal of its own: what arrives there, byte by byte."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from contextlib import suppress
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow  # fine-tunes toys in a process of their own

PLUGIN = """
from pathlib import Path

from audition import hookimpl
from audition.testing import build_toy_checkpoint
from audition.testing.toy.plugin import audition_adapters, audition_tasks

@hookimpl
def audition_models():
    return [build_toy_checkpoint(Path("toys") / name, f"mine/{name}") for name in ("one", "two", "three")]
"""
RECIPE = 'extends = "quick"\nlearning_rates = [0.01]\nbatch_sizes = [8]\nepochs = 1\nprecision = "fp32"\nn_test = 20\n'
SELECT = [
    *("select", "toy/colours", "--plugin", "mine.py", "--models", "mine/*", "--ratio", "1/4", "--recipe", "./toy.toml"),
    *("--min-size", "25", "--workers", "1"),
]
CODE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@pytest.fixture(autouse=True)
def toys() -> None:
    Path("mine.py").write_text(PLUGIN)
    Path("toy.toml").write_text(RECIPE)


def in_terminal(*arguments: str, rows: int = 24, columns: int = 80, **environment: str) -> tuple[str, str, int]:
    """Return what came to a terminal by standard error, what came to a pipe by standard output, and the exit code."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    command = [sys.executable, "-m", "audition", *arguments]
    kept = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES", "NO_COLOR")}
    shown = b""
    with (
        Path("answer.txt").open("w+b") as answer,
        subprocess.Popen(
            command, stdin=theirs, stdout=answer, stderr=theirs, env={**kept, "TERM": "xterm", **environment}
        ) as process,
    ):
        os.close(theirs)
        with suppress(OSError):  # a terminal that nobody writes to any more
            while part := os.read(ours, 65536):
                shown += part
        code = process.wait(timeout=300)
        answer.seek(0)
        said = answer.read().decode()
    os.close(ours)
    return shown.decode(), said, code


def test_a_selection_in_a_terminal_is_a_panel_and_its_answer_stays_a_file() -> None:
    shown, said, code = in_terminal(*SELECT)
    assert code == 0, shown
    plain = CODE.sub("", shown)
    assert "\x1b[1m" in shown, "it is drawn with styles"
    assert re.search(r"\d+ of \d+ measurements", plain)
    assert "latest loss" in plain
    assert re.search(r"\d+ measurements, in \d+ s\r\n$", plain), plain[-300:]
    assert "\x1b" not in said
    assert "mine/one" in said
    again, answer, code = in_terminal(*SELECT)
    assert code == 0
    assert re.fullmatch(r"\d+ measurements from the ledger\r\n", again), again
    assert "mine/one" in answer


def test_no_colour_and_a_small_window_are_honoured() -> None:
    shown, _, code = in_terminal(*SELECT, rows=8, columns=60, NO_COLOR="1")
    assert code == 0, shown
    assert not re.search(r"\x1b\[[0-9;]*3[0-7]m", shown), "no colour"
    drawn = [line for line in CODE.sub("", shown).replace("\r", "\n").splitlines() if re.match(r"^ ?\d? +mine/", line)]
    assert all(len(line) <= 60 for line in drawn)


def test_quiet_leaves_the_terminal_alone() -> None:
    shown, said, code = in_terminal(*SELECT, "--quiet")
    assert (shown, code) == ("", 0)
    assert "mine/one" in said


def test_a_terminal_that_cannot_go_back_gets_lines() -> None:
    shown, _, code = in_terminal(*SELECT, TERM="dumb")
    assert code == 0
    assert re.search(r"^\[1/\d+.*\] mine/\w+ \d+ examples", shown, re.MULTILINE), shown
