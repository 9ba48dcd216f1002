"""Commands that a selection recommends, quoted for a shell: each runs as printed, where this one ran."""

from __future__ import annotations

import shlex
from dataclasses import replace
from typing import TYPE_CHECKING

from audition.budgets.budget import SizeCap, TotalSpend
from audition.budgets.parsing import parse_ratio
from audition.selection.config import DEFAULT_SELECTOR, DEFAULT_SPENDER, SelectionConfig
from audition.text import codec
from audition.text.sizes import exact_bytes
from audition.types import TaskOptions

if TYPE_CHECKING:
    from collections.abc import Iterable

    from audition.types import Source
    from audition.types.results.certainties import NextStep

_USUAL = SelectionConfig(task="", budget=SizeCap(parse_ratio("1")))


def select_command(config: SelectionConfig, source: Source = "live") -> str:
    """Return the command that makes the same selection again; what is known is not measured again."""
    words = ["audition", "select", config.task]
    words += ["--source", source] if source != "live" else []
    words += [*_listed("models", config.models), *_listed("exclude", config.exclude), *_budget_words(config)]
    usual = DEFAULT_SPENDER if isinstance(config.budget, TotalSpend) else DEFAULT_SELECTOR
    words += ["--selector", config.selector] if config.selector != usual else []
    words += _repeated("option", config.selector_options)
    words += _listed("memory", map(exact_bytes, config.memory_budgets))
    for name, value, default in (
        ("workers", config.n_workers, None),
        ("seeds", config.n_seeds, _USUAL.n_seeds),
        ("seed", config.seed, _USUAL.seed),
        ("loss-unit", config.loss_unit, None),
        ("objective", config.objective, None),
        ("min-size", config.min_size, None),
        ("full-size", config.full_size, None),
    ):
        words += [f"--{name}", str(value)] if value != default else []
    words += ["--rank-lossy"] if config.rank_lossy else []
    words += ["--recheck"] if config.does_recheck else []
    return shlex.join([*words, *setting_words(config)])


def next_command(config: SelectionConfig, step: NextStep) -> str:
    """Return the command that measures the candidates of a next step twice as far; what is known is not repeated."""
    is_race = config.selector == DEFAULT_SPENDER
    further = replace(
        config,
        models=step.models,
        exclude=(),
        budget=SizeCap(parse_ratio(step.ratio)),
        selector=DEFAULT_SELECTOR if is_race else config.selector,
        selector_options=() if is_race else config.selector_options,
        does_recheck=False,
    )
    return select_command(further)


def setting_words(config: SelectionConfig) -> list[str]:
    """Return the words that make another command read, train and keep as this selection did, and where."""
    words = ["--recipe", config.recipe] if config.recipe is not None else []
    usual = codec.to_json(TaskOptions())
    for name, value in codec.to_json(config.task_options).items():
        if value != usual[name]:
            words += [f"--{name.replace('_', '-')}", *([] if value is True else [value])]
    for name, value, default in (
        ("truncate", config.truncate, None),
        ("train-on", config.train_on, None),
        ("device", config.device, _USUAL.device),
        ("executor", config.executor, _USUAL.executor),
        ("timeout", config.timeout and f"{config.timeout:g}", None),
        ("ledger", config.ledger, None),
    ):
        words += [f"--{name}", str(value)] if value != default else []
    return [*words, *_repeated("executor-option", config.executor_options), *_repeated("plugin", config.plugin_files)]


def _budget_words(config: SelectionConfig) -> list[str]:
    budget = config.budget
    words = [] if budget.fraction == 1 and isinstance(budget, TotalSpend) else ["--ratio", str(budget.fraction)]
    return ["--spend", budget.as_written, *words] if isinstance(budget, TotalSpend) else words


def _listed(name: str, values: Iterable[str]) -> list[str]:
    text = ",".join(values)
    return [f"--{name}", text] if text else []


def _repeated(name: str, values: Iterable[str]) -> list[str]:
    return [word for value in values for word in (f"--{name}", value)]
