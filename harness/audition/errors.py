"""Errors that reach people. A `UsageError` is printed in one line, without a traceback, and exits with code 2."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class AuditionError(Exception):
    """Base of every error audition raises on purpose."""


class UsageError(AuditionError):
    """The user asked for something impossible; the message says what was expected, what came, and where."""


class PluginError(AuditionError):
    """A plugin broke its contract; the message names the plugin, the hook and the rule."""


class BudgetExceeded(AuditionError):  # noqa: N818 - the name DESIGN and plugin authors use
    """A selector asked for a measurement that its budget does not pay for."""


class PluginWarning(UserWarning):
    """A plugin did not load, or an event hook raised; the rest works."""


class PluginDeprecationWarning(PluginWarning):
    """A plugin uses what a later version takes away. Always shown: its users tell its author."""


def unknown_name(kind: str, name: str, known: Iterable[str], *, hint: str = "") -> UsageError:
    """Return the error for an unknown `name`: near misses first, then what is known."""
    known = sorted(known)
    tails = {candidate.rpartition("/")[2].lower(): candidate for candidate in known}
    near = get_close_matches(name, known, n=3, cutoff=0.6)
    near += [tails[tail] for tail in get_close_matches(name.lower(), tails, n=3, cutoff=0.6) if tails[tail] not in near]
    message = f"no {kind} called {name!r}."
    if near:
        message += f" Did you mean {' or '.join(near[:3])}?"
    elif known:
        shown = ", ".join(known[:20]) + (", …" if len(known) > 20 else "")
        message += f" Known: {shown}"
    return UsageError(message + (f" {hint}" if hint else ""))


def describe(error: BaseException) -> str:
    """Return an exception in one line: its type and its message."""
    return " ".join(f"{type(error).__name__}: {error}".split()).removesuffix(":")


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return what to add to a message about an unknown `name`."""
    near = get_close_matches(name, known, n=1)
    return f"; did you mean {near[0]!r}?" if near else f"; known: {', '.join(sorted(known))}"
