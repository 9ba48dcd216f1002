"""What an examination finds, and the verdict on a plugin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Outcome = Literal["kept", "broken", "not-checked"]
Kind = Literal["plugin", "adapter", "model", "task", "selector", "executor", "curves"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What came of one check of one thing that a plugin offers."""

    kind: Kind
    entry: str  #: name of what was checked
    check: str  #: name of the check; empty where nothing of the entry could be checked
    promise: str  #: what was to be kept
    outcome: Outcome
    message: str = ""  #: what was seen, or why it was not checked
    keep: str = ""  #: how to keep the promise


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """All findings about one plugin."""

    plugin: str
    distribution: str
    version: str
    findings: tuple[Finding, ...]

    @property
    def is_healthy(self) -> bool:
        """Return whether no promise is broken; what was not checked counts for nothing."""
        return not self.having("broken")

    def having(self, outcome: Outcome) -> tuple[Finding, ...]:
        """Return the findings with this outcome."""
        return tuple(finding for finding in self.findings if finding.outcome == outcome)

    @property
    def entries(self) -> tuple[tuple[Kind, str], ...]:
        """Return what was to be checked, by kind and name, in the order it was found."""
        return tuple(dict.fromkeys((finding.kind, finding.entry) for finding in self.findings))
