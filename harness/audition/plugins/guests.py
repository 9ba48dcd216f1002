"""A plugin's code is a guest: what it prints goes to standard error, and what it raises by mistake is one line.

Standard output is a command's answer, and may be read by a program.
"""

from __future__ import annotations

import inspect
import sys
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from traceback import extract_tb
from typing import TYPE_CHECKING, Any

import audition
from audition.errors import AuditionError, PluginError, describe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_OURS = str(Path(audition.__file__).parent)


@contextmanager
def to_stderr() -> Iterator[None]:
    """Send what is printed to standard error while a plugin's code runs."""
    with redirect_stdout(sys.stderr):
        yield


def plugin_error(error: Exception, called: Callable[..., Any], what: str) -> PluginError | None:
    """Return the error of one line if the code of `called` raised `error`; None: it is not the plugin's fault.

    The innermost frame that is either ours or the plugin's decides: what a plugin makes a library raise is its own.

    Args:
        error: that came out of the plugin.
        called: the function or class of the plugin.
        what: it is called in the message, such as "selector 'mine'".
    """
    if isinstance(error, AuditionError):
        return None
    try:
        source = inspect.getfile(called)
    except (TypeError, OSError):  # made where there is no file
        return None
    for frame in reversed(extract_tb(error.__traceback__)):
        if frame.filename == source:
            return PluginError(f"{what} raised {describe(error)} ({Path(source).name}, line {frame.lineno})")
        if frame.filename.startswith(_OURS):
            return None
    return None
