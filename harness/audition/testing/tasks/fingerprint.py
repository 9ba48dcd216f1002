"""What a task promises of its fingerprint, by which the ledger knows finished measurements again."""
# ruff: noqa: D102 - the names of tests are their documentation

from __future__ import annotations

import os
import pickle
import subprocess
import sys

import pytest

from audition.testing.promises import promise, require
from audition.testing.tasks.base import TaskChecks
from audition.types import TaskEntry
from audition.types.protocols import TaskLoader

#: first line of standard input: a list of folders; the rest: how to open the task
_IN_ANOTHER_PROCESS = """
import pickle, sys
sys.path[:] = pickle.load(sys.stdin.buffer)
try:
    open_, name, options = pickle.load(sys.stdin.buffer)
except Exception:
    sys.exit(3)
print("fingerprint:", open_(name, options).fingerprint)
"""
_CANNOT_IMPORT = 3


class FingerprintChecks(TaskChecks):
    """Checks that a fingerprint is as stable as the data, and no more."""

    @promise(
        "a task that is opened again, by what its spec says, is the same",
        keep="let `spec.name` and `spec.options` open it from any folder, and hash nothing but what the examples are",
    )
    def test_a_worker_can_open_it_again(self, entry: TaskEntry, task: TaskLoader) -> None:
        require(isinstance(task.fingerprint, str) and bool(task.fingerprint), f"it is {task.fingerprint!r}")
        again = entry.open(task.spec.name, task.spec.options)
        require(again.fingerprint == task.fingerprint, f"{task.fingerprint} became {again.fingerprint}")
        require(again.spec == task.spec, "its spec is another")

    @promise(
        "a fingerprint is the same in every process",
        keep="use hashlib over the text; Python's own hash() of a string, and the order of a set, change every time",
    )
    def test_another_process_finds_the_same_fingerprint(self, entry: TaskEntry, task: TaskLoader) -> None:
        spec = task.spec
        here = entry.open(spec.name, spec.options).fingerprint
        try:
            what = pickle.dumps(sys.path) + pickle.dumps((entry.open, spec.name, spec.options))
        except (pickle.PicklingError, AttributeError, TypeError) as error:
            pytest.skip(f"its `open` cannot be sent to another process: {error}")
        done = subprocess.run(  # noqa: S603 - our own code
            [sys.executable, "-c", _IN_ANOTHER_PROCESS],
            input=what,
            capture_output=True,
            check=False,
            env={**os.environ, "PYTHONHASHSEED": _another_hash_seed()},
        )
        if done.returncode == _CANNOT_IMPORT:
            pytest.skip("another process cannot import what opens it")
        last_words = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        require(done.returncode == 0, f"another process could not open it: {last_words}")
        found = done.stdout.decode().rpartition("fingerprint: ")[2].strip()
        require(found == here, f"{here} became {found}")

    @promise(
        "a fingerprint changes with whatever the examples depend on",
        keep="hash the data, the columns, the prompt and the version of the split rule",
    )
    def test_an_altered_task_has_another_fingerprint(self, task: TaskLoader, altered: TaskLoader | None) -> None:
        if altered is None:
            pytest.skip("there is nothing to alter: give a fixture 'altered' where there is")
        require(altered.fingerprint != task.fingerprint, f"both have {task.fingerprint}")


def _another_hash_seed() -> str:
    return "2" if os.environ.get("PYTHONHASHSEED") == "1" else "1"
