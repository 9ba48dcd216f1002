from __future__ import annotations

import subprocess
import sys
from importlib import import_module

import pytest

from audition.cli.app import Root
from audition.cli.look.tasks import TasksGroup

HEAVY = {
    "torch",
    "transformers",
    "pandas",
    "datasets",
    "evaluate",
    "accelerate",
    "peft",
    "bitsandbytes",
    "scipy",
    "pyarrow",
}
RUN = "from audition.cli import main; main()"
REPORT = f"""
import sys
try:
    {RUN}
finally:
    print("loaded:", *sorted(sys.modules), file=sys.stderr)
"""


def python(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False)


def loaded(*arguments: str) -> set[str]:
    result = python(REPORT, *arguments)
    assert result.returncode == 0, result.stderr
    return set(result.stderr.rpartition("loaded:")[2].split())


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["--version"],
        ["models"],
        ["tasks"],
        ["selectors"],
        ["plugins"],
        ["models", "--json"],
        ["select", "--help"],
    ],
    ids=" ".join,
)
def test_help_and_listings_load_nothing_heavy(arguments: list[str]) -> None:
    assert loaded(*arguments) & HEAVY == set()


def test_importing_audition_loads_nothing_heavy() -> None:
    result = python("import audition, sys; print(*sys.modules)")
    assert set(result.stdout.split()) & HEAVY == set()


def test_help_imports_no_command() -> None:
    assert not {
        name for name in loaded("--help") if name.startswith(("audition.cli.look.models", "audition.cli.do.select"))
    }


@pytest.mark.parametrize("target", [command.target for group in (Root, TasksGroup) for command in group.lazy.values()])
def test_every_listed_command_is_there(target: str) -> None:
    module, _, attribute = target.partition(":")
    assert callable(getattr(import_module(module), attribute))


def test_a_warning_is_one_line() -> None:
    code = f"import os; os.environ['AUDITION_DISABLE_PLUGINS'] = 'nobody'; {RUN}"
    result = python(code, "selectors")
    (line,) = result.stderr.splitlines()
    assert line.startswith("warning: no plugin 'nobody' to disable")


def test_a_reader_that_leaves_early_is_no_error() -> None:
    command = f'"{sys.executable}" -c "{RUN}" models --json | head -n 1'
    result = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert (result.stdout, result.stderr) == ("[\n", "")
