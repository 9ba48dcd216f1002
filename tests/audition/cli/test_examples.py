"""What `--help` shows of every command, found by walking through all of them."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from audition.cli.app import app
from audition.cli.examples import EXAMPLES

if TYPE_CHECKING:
    from collections.abc import Iterator


def commands_of(group: Any, context: Any, words: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:  # noqa: ANN401 - of typer
    yield words
    for name in group.list_commands(context) if hasattr(group, "list_commands") else ():
        _, command, _ = group.resolve_command(context, [name])
        below = command.make_context(name, [], parent=context, resilient_parsing=True)
        yield from commands_of(command, below, (*words, name))


ROOT = get_command(app)
COMMANDS = list(commands_of(ROOT, ROOT.make_context("audition", [], resilient_parsing=True)))


def help_of(words: tuple[str, ...], width: int = 100) -> str:
    result = CliRunner().invoke(app, [*words, "--help"], env={"COLUMNS": str(width)}, prog_name="audition")
    assert result.exit_code == 0, result.output
    return re.sub(r"\x1b\[[0-9;]*m", "", result.output)


def parse(arguments: list[str]) -> None:
    """Parse a whole command line as `audition` does, and run nothing."""
    group: Any = ROOT
    context = group.make_context("audition", arguments)
    while hasattr(group, "list_commands"):
        rest = [*context._protected_args, *context.args]  # noqa: SLF001 - as click's own `invoke` does
        assert rest, f"{arguments} names no command"
        name, group, rest = group.resolve_command(context, rest)
        context = group.make_context(name, rest, parent=context)


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_the_help_of_a_command_ends_with_two_examples_of_it(words: tuple[str, ...]) -> None:
    examples = EXAMPLES[" ".join(words)]
    assert len(examples) == 2
    shown = [line.strip() for line in help_of(words, width=80).splitlines() if line.strip()]
    assert shown[-3:] == ["Examples:", *examples]


def test_no_example_is_of_a_command_that_is_gone() -> None:
    assert EXAMPLES.keys() == {" ".join(words) for words in COMMANDS}


@pytest.mark.parametrize("example", sorted({example for examples in EXAMPLES.values() for example in examples}))
def test_an_example_is_understood_by_the_parser(example: str) -> None:
    Path("audition.toml").write_text('task = "my.csv"\n')
    Path("mine.py").write_text("")
    program, *arguments = shlex.split(example)
    assert program == "audition"
    parse(arguments)


def test_a_command_line_that_makes_no_sense_is_not_understood() -> None:
    with pytest.raises(Exception, match="No such option"):
        parse(["models", "--famly", "x"])


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_help_shows_no_python(words: tuple[str, ...]) -> None:
    assert "list[" not in help_of(words)


@pytest.mark.parametrize("command", ["select", "finetune"])
def test_the_long_helps_are_in_groups(command: str) -> None:
    panels = re.findall(r"^╭─ (.+?) ─", help_of((command,)), re.MULTILINE)
    assert panels[:2] == ["Arguments", "Options"]
    assert {"How it trains", "Where it runs", "Reading rows", "Output"} <= set(panels)
    assert command == "finetune" or {"What to compare", "How much to measure"} <= set(panels)
