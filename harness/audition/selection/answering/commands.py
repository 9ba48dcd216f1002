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
    from collections.abc import Iterable, Mapping

    from audition.types import Source
    from audition.types.results.certainties import NextStep

Word = str | int | float | bool | tuple[str, ...]
_LISTED = {"models", "exclude", "memory"}  #: said once, with commas between; others are repeated
_USUAL = SelectionConfig(task="", budget=SizeCap(parse_ratio("1")))


def select_command(config: SelectionConfig, source: Source = "live") -> str:
    """Return the command that makes the same selection again; what is known is not measured again."""
    words = select_words(config, source)
    return shlex.join(["audition", "select", str(words.pop("task")), *_said(words)])


def select_words(config: SelectionConfig, source: Source = "live") -> dict[str, Word]:
    """Return the words of `audition select` that make the same selection again, those with their defaults left out."""
    usual = DEFAULT_SPENDER if isinstance(config.budget, TotalSpend) else DEFAULT_SELECTOR
    given: list[tuple[str, Word | None, Word | None]] = [
        ("source", source, "live"),
        ("models", config.models, ()),
        ("exclude", config.exclude, ()),
        *_budget_words(config),
        ("selector", config.selector, usual),
        ("option", config.selector_options, ()),
        ("memory", tuple(map(exact_bytes, config.memory_budgets)), ()),
        ("workers", config.n_workers, None),
        ("seeds", config.n_seeds, _USUAL.n_seeds),
        ("seed", config.seed, _USUAL.seed),
        ("loss_unit", config.loss_unit, None),
        ("objective", config.objective, None),
        ("min_size", config.min_size, None),
        ("full_size", config.full_size, None),
        ("rank_lossy", config.rank_lossy, False),
        ("recheck", config.does_recheck, False),
    ]
    return {"task": config.task, **_unusual(given), **_setting(config)}


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
    return _said(_setting(config))


def _setting(config: SelectionConfig) -> dict[str, Word]:
    usual = codec.to_json(TaskOptions())
    reading = [(name, value, usual[name]) for name, value in codec.to_json(config.task_options).items()]
    return _unusual(
        [
            ("recipe", config.recipe, None),
            *reading,
            ("truncate", config.truncate, None),
            ("train_on", config.train_on, None),
            ("device", config.device, _USUAL.device),
            ("executor", config.executor, _USUAL.executor),
            ("timeout", config.timeout, None),
            ("ledger", config.ledger, None),
            ("executor_option", config.executor_options, ()),
            ("plugin", config.plugin_files, ()),
        ]
    )


def _budget_words(config: SelectionConfig) -> list[tuple[str, Word | None, Word | None]]:
    budget = config.budget
    is_spend = isinstance(budget, TotalSpend)
    spend = [("spend", budget.as_written, None)] if isinstance(budget, TotalSpend) else []
    return [*spend, ("ratio", str(budget.fraction), "1" if is_spend else None)]


def _unusual(given: Iterable[tuple[str, Word | None, Word | None]]) -> dict[str, Word]:
    return {name: value for name, value, usual in given if value is not None and value != usual}


def _said(words: Mapping[str, Word]) -> list[str]:
    """Return words as the command line has them."""
    said = []
    for name, value in words.items():
        flag = f"--{name.replace('_', '-')}"
        if value is True:
            said.append(flag)
        elif isinstance(value, tuple):
            values = [",".join(value)] if name in _LISTED else value
            said += [word for each in values for word in (flag, each)]
        else:
            said += [flag, f"{value:g}" if isinstance(value, float) else str(value)]
    return said
