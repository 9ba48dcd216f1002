"""Promises: what a conformance check holds a plugin to, and what it says when one is broken."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import ParamSpec

from audition.errors import describe

P = ParamSpec("P")


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """What a plugin of some kind promises, and how an author keeps it."""

    text: str  #: "a selector returns every candidate once"
    keep: str  #: "build the ranking with …"


class BrokenPromise(AssertionError):  # noqa: N818 - what happened, as `ExecutorClosed` is
    """A plugin broke a promise: the first line says which and what was seen, the second how to keep it."""

    def __init__(self, promise: Promise, seen: str) -> None:
        super().__init__(f"{promise.text}, but {seen}\nto keep it: {promise.keep}")
        self.promise = promise
        self.seen = seen


class _Seen(Exception):  # noqa: N818 - no error: it never leaves this module
    """What `require` found; the check around it knows the promise."""


def promise(text: str, *, keep: str) -> Callable[[Callable[P, None]], Callable[P, None]]:
    """Make a check out of a test: whatever goes wrong in it breaks the promise `text`; `keep` says how to mend it."""
    held = Promise(text=text, keep=keep)

    def decorate(check: Callable[P, None]) -> Callable[P, None]:
        @wraps(check)
        def checked(*args: P.args, **kwargs: P.kwargs) -> None:
            __tracebackhide__ = True
            try:
                check(*args, **kwargs)
            except _Seen as seen:
                raise BrokenPromise(held, str(seen)) from None
            except (Exception, SystemExit) as error:  # a plugin may raise anything
                raise BrokenPromise(held, f"it raised {describe(error)}") from error

        checked.promise = held  # type: ignore[attr-defined]  # for whoever reports: a function may carry it
        return checked

    return decorate


def require(is_kept: bool, seen: str) -> None:
    """Break the promise of the check around this unless it is kept; `seen` completes "…, but "."""
    if not is_kept:
        raise _Seen(seen)


def promise_of(check: object) -> Promise | None:
    """Return the promise that a check holds a plugin to, or None if it is an ordinary test."""
    found = getattr(check, "promise", None)
    return found if isinstance(found, Promise) else None
