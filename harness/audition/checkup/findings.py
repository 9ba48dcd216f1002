"""What one check found."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

#: "warning": audition works, but not all of it, or not for long; "problem": a command that needs this will fail
Verdict = Literal["ok", "warning", "problem"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What was looked at, what is the case, and what to do about it."""

    name: str
    verdict: Verdict
    found: str  #: in one line
    advice: str = ""  #: what to do, in one line; empty: nothing
    facts: Mapping[str, object] = field(default_factory=dict)  #: the same for programs; sizes in bytes
