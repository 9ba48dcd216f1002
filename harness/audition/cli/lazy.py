"""Groups of commands that import a command's module only to run it, never to list it."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from audition.cli.examples import epilog_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True, slots=True)
class Lazy:
    """A command to import when it is run."""

    target: str  #: "module:function", or "module:app" where app is a `typer.Typer`
    summary: str  #: what `--help` of the group says of it
    panel: str | None = None  #: under which heading `--help` lists it


class LazyGroup(TyperGroup):
    """A group with the commands of `lazy` besides its own; they come first in `--help`."""

    lazy: ClassVar[Mapping[str, Lazy]] = {}

    def __init__(self, **attributes: Any) -> None:  # noqa: ANN401 - handed on to typer as they come
        super().__init__(**attributes)
        listed = {
            name: TyperCommand(name, help=command.summary, rich_help_panel=command.panel)
            for name, command in self.lazy.items()
        }
        self.commands = {**listed, **self.commands}

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # noqa: ANN401 - typer has no stable name for these
        """Return the command that `args` name, imported, and the rest of `args`."""
        name, command, rest = super().resolve_command(ctx, args)
        if name is not None and name in self.lazy:
            command = load(name, self.lazy[name].target)
        if command is not None:
            command.epilog = command.epilog or epilog_of(_words(ctx, str(name)))
            _say_how_many(command.params)
        return name, command, rest


class NounGroup(LazyGroup):
    """The group of a noun: `list` is its command when none of its commands is named (`audition models --json`)."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401
        """Put `list` before arguments that begin with no command; `--help` and completion stay the group's own."""
        is_own = bool(args) and (args[0] in self.commands or args[0] in ctx.help_option_names)
        return super().parse_args(ctx, args if is_own or ctx.resilient_parsing else ["list", *args])


def _words(ctx: Any, name: str) -> str:  # noqa: ANN401
    """Return the words of a command of this group, without the program's own name."""
    words = [name]
    while ctx.parent is not None:
        words.insert(0, str(ctx.info_name))
        ctx = ctx.parent
    return " ".join(words)


def _say_how_many(params: Iterable[Any]) -> None:
    """Make `--help` say how many values an argument takes, where typer shows the annotation: `<list[str]>`."""
    for param in params:
        if param.nargs == -1:
            param.display_type_rich = _one_or_more if param.required else _any_number


def _one_or_more(ctx: object) -> str:
    return "one or more"


def _any_number(ctx: object) -> str:
    return "any number"


def load(name: str, target: str) -> Any:  # noqa: ANN401
    """Return the command that `target` says, imported."""
    module, _, attribute = target.partition(":")
    command = getattr(import_module(module), attribute)
    if not isinstance(command, typer.Typer):
        app = typer.Typer(add_completion=False)
        app.command(name)(command)
        command = app
    return get_command(command)
