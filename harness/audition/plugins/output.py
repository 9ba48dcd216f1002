"""What plugins print goes to standard error: standard output is a command's answer, and may be read by a program."""

from __future__ import annotations

import sys
from contextlib import contextmanager, redirect_stdout
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def to_stderr() -> Iterator[None]:
    """Send what is printed to standard error while a plugin's code runs."""
    with redirect_stdout(sys.stderr):
        yield
