"""The command line: parse, call, print. A command's module is imported only when the command runs. Private."""

from __future__ import annotations

import os
import sys
import warnings
from typing import TYPE_CHECKING

from audition.errors import PluginDeprecationWarning, PluginWarning

if TYPE_CHECKING:
    from typing import TextIO

__all__ = ["main"]


def main() -> None:
    """Run `audition` and exit: 0 when all went well, 1 when not, 2 for bad input, 130 after Ctrl-C."""
    from audition.cli.app import app

    warnings.showwarning = _show_warning
    try:
        app(prog_name="audition")
    finally:
        _flush()


def _show_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """Print a warning of ours in one line; where in our code it was raised helps nobody, where in a plugin does."""
    text = f"warning: {message}\n"
    if issubclass(category, PluginDeprecationWarning):
        text = f"warning: {filename}:{lineno}: {message}\n"  # the plugin's line, for its author
    elif not issubclass(category, PluginWarning):
        text = warnings.formatwarning(message, category, filename, lineno, line)
    (file or sys.stderr).write(text)


def _flush() -> None:
    """Write what is buffered; when nobody reads it any more (`audition models | head`), end without a traceback."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        # Python flushes once more at exit, and would complain there
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
