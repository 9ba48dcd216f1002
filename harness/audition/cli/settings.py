"""`--config`: words of a command from a file; what the command line says itself counts more."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from audition.errors import UsageError

#: ways to say how much is measured: one on the command line replaces all of the file
HOW_MUCH = ("ratio", "within", "spend")


def _use(ctx: typer.Context, path: Path | None) -> None:
    """Make what the file says the defaults of this command."""
    if path is None or ctx.resilient_parsing:
        return
    from audition.library.settings.reading import read_settings, words_of_command

    command = str(ctx.info_name)
    words = words_of_command(command)
    names = {_word(param): param for param in ctx.command.params}
    flags = frozenset(word for word, param in names.items() if getattr(param, "is_flag", False) and word not in words)
    found = read_settings(path, command, flags - {"help"})
    for word, value in found.items():
        _check_range(ctx, path, names[word], word, value)
    ctx.default_map = {
        str(names[word].name): _unless_said(ctx, value) if word in HOW_MUCH else value for word, value in found.items()
    }


Config = Annotated[
    Path | None,
    typer.Option(
        "--config",
        metavar="FILE",
        is_eager=True,
        expose_value=False,
        callback=_use,
        help="TOML file with words of this command, such as audition.toml; the command line overrides it.",
    ),
]


def _word(param: Any) -> str:  # noqa: ANN401 - typer has no stable name for a parameter
    """Return how a parameter is called in a file: as its longest option."""
    return str(max(param.opts, key=len)).lstrip("-").replace("-", "_")


def _check_range(ctx: typer.Context, path: Path, param: Any, word: str, value: object) -> None:  # noqa: ANN401
    if param.callback is not None:
        return
    try:
        param.process_value(ctx, value)
    except typer.BadParameter as error:
        raise UsageError(f"{path}: {word!r}: {error.message.rstrip('.').lower()}") from None


def _unless_said(ctx: typer.Context, value: object) -> Callable[[], object]:
    """Return the value, or None where the command line says how much: that was read first."""

    def default() -> object:
        sources = [ctx.get_parameter_source(name) for name in HOW_MUCH]
        return None if any(source is not None and source.name == "COMMANDLINE" for source in sources) else value

    return default
