"""The hooks a plugin may implement. Plural nouns return entries; past participles are events.

A hook that returns entries must be pure and cheap, and may be called twice: heavy imports belong inside the factories
of its entries. Nothing may depend on the order of plugins.

`VERSION` counts versions of this specification. A plugin written against an older one still loads: hooks, arguments
and fields that are added have defaults, and nothing is removed before a version in which it was deprecated.
`docs/hooks.md` is generated from this module.
"""

from __future__ import annotations

from collections.abc import Iterable

import pluggy

from audition.types import (
    AdapterEntry,
    ExecutorEntry,
    LoggerEntry,
    LossCurve,
    ModelSpec,
    ObjectiveEntry,
    Observation,
    Report,
    ReproductionEntry,
    SelectorEntry,
    TaskEntry,
)

VERSION = 3  #: of this specification; raised when a hook, an argument or a field is added, deprecated or removed

hookspec = pluggy.HookspecMarker("audition")


@hookspec
def audition_adapters() -> Iterable[AdapterEntry]:
    """Return adapters: the code that loads a model family, tokenises and computes its loss.

    Runs: once a command that fine-tunes or looks into a task; once in every worker.
    Cost: none but the entries. `load`, in a worker, is where torch is imported and weights are read.
    """


@hookspec
def audition_models() -> Iterable[ModelSpec]:
    """Return models that may be fine-tuned. Pure data: no weights, no network.

    Runs: once a command, before a model is looked up or listed.
    Cost: reading a small file of one's own. Weights are fetched by audition, for candidates alone.
    """


@hookspec
def audition_tasks() -> Iterable[TaskEntry]:
    """Return tasks, or entries that open a scheme (`hf:`) or file suffixes.

    Runs: once a command, before a task is looked up or listed; once in every worker.
    Cost: reading a small file of one's own. `open`, here and in every worker, is where rows are read.
    """


@hookspec
def audition_selectors() -> Iterable[SelectorEntry]:
    """Return selectors: what turns observations into a ranking.

    Runs: once a command, before a selector is looked up or listed.
    Cost: none but the entries. `make` stores options; `select` works, and pays for what it measures.
    """


@hookspec
def audition_executors() -> Iterable[ExecutorEntry]:
    """Return executors: where measurements run.

    Runs: once a command that fine-tunes.
    Cost: none but the entries. `make` starts nothing either: the first request does.
    """


@hookspec
def audition_objectives() -> Iterable[ObjectiveEntry]:
    """Return what generated text may be judged by, for `--objective`.

    Runs: in `audition select --objective`, and then in every worker.
    Cost: none but the entries. `score` runs once a measurement, on at most 200 texts; imports go inside.
    """


@hookspec
def audition_loggers() -> Iterable[LoggerEntry]:
    """Return loggers: trackers of experiments that `--log-to` writes to.

    Runs: once in `audition select` and `audition finetune`, if they are asked to log.
    Cost: none but the entries. `make` imports the library; a run begins with the first measurement.
    """


@hookspec
def audition_curves(task: str) -> Iterable[LossCurve]:
    """Return curves already measured on `task`, for replay; none if the plugin knows no such task.

    Runs: when a task is replayed or benchmarked; `audition bench` without `--task` asks for every listed task.
    Cost: reading a file. Nothing is measured here.
    """


@hookspec
def audition_reproductions() -> Iterable[ReproductionEntry]:
    """Return reproductions: papers whose results are computed anew, beside what they published.

    Runs: once in `audition reproduce`.
    Cost: none but the entries. `make` computes, for seconds to minutes.
    """


@hookspec
def audition_measured(observation: Observation) -> None:
    """Take note of a paid measurement. It is in the ledger already; an error here is only a warning.

    Runs: after every measurement that was made now, failed ones too; not for what the ledger had, nor in a replay.
        Several threads may call it at once.
    Cost: milliseconds: the candidate's next measurement waits for it.
    """


@hookspec
def audition_selected(report: Report) -> None:
    """Take note of a finished selection. An error here is only a warning.

    Runs: once after each `audition select`, live or recorded, when its report is written; not in a benchmark.
    Cost: up to seconds: the user waits for the ranking.
    """


#: the names of all hooks, in the order of this page
HOOKS = tuple(name for name in vars() if name.startswith("audition_"))
