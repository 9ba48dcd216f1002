"""The hooks a plugin may implement. Plural nouns return entries; past participles are events.

A hook that returns entries must be pure and cheap, and may be called twice: heavy imports belong inside the factories
of its entries. Nothing may depend on the order of plugins.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from collections.abc import Iterable

    from audition.selection import Report
    from audition.types import (
        AdapterEntry,
        ExecutorEntry,
        LossCurve,
        ModelSpec,
        Observation,
        ReproductionEntry,
        SelectorEntry,
        TaskEntry,
    )

hookspec = pluggy.HookspecMarker("audition")


@hookspec
def audition_adapters() -> Iterable[AdapterEntry]:
    """Return adapters: the code that loads a model family, tokenises and computes its loss."""


@hookspec
def audition_models() -> Iterable[ModelSpec]:
    """Return models that may be fine-tuned. Pure data: no weights, no network."""


@hookspec
def audition_tasks() -> Iterable[TaskEntry]:
    """Return tasks, or entries that open a scheme (`hf:`) or file suffixes."""


@hookspec
def audition_selectors() -> Iterable[SelectorEntry]:
    """Return selectors: what turns observations into a ranking."""


@hookspec
def audition_executors() -> Iterable[ExecutorEntry]:
    """Return executors: where measurements run."""


@hookspec
def audition_curves(task: str) -> Iterable[LossCurve]:
    """Return curves already measured on `task`, for replay; none if the plugin knows no such task."""


@hookspec
def audition_reproductions() -> Iterable[ReproductionEntry]:
    """Return reproductions: papers whose results are computed anew, beside what they published."""


@hookspec
def audition_measured(observation: Observation) -> None:
    """Take note of a paid measurement. It is in the ledger already; an error here is only a warning."""


@hookspec
def audition_selected(report: Report) -> None:
    """Take note of a finished selection. An error here is only a warning."""
