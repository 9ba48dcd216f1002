"""What a user asks of a selection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from audition.types import TaskOptions

if TYPE_CHECKING:
    from audition.budgets.budget import Budget, TimeLimit
    from audition.types import (
        LossUnit,
        Side,
        TrainOn,
    )

DEFAULT_SELECTOR, DEFAULT_RATIO = "guarded", "1/16"
SEARCHING, ONE_RATE = "standard", "one-rate"  #: recipes: where there is no time for the first, it is the second
DEFAULT_WITHIN = "1h"  #: what a live selection may take where nothing else says how much to measure
DEFAULT_SPENDER, SPENDER_RATIO = "race", "1/8"  #: where there is a limit on what all measurements cost together


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectionConfig:
    """What a user asks of a selection; a default means that the user did not say."""

    task: str
    task_options: TaskOptions = TaskOptions()  # noqa: RUF009 - frozen
    models: tuple[str, ...] = ()  #: names, patterns, hub ids, paths; empty: see `default_candidates`
    exclude: tuple[str, ...] = ()
    budget: Budget  #: its share of the rows is the largest that may be chosen, where a time limit chooses
    choice: str = ""  #: how the share was chosen, in a sentence
    within: TimeLimit | None = None  #: chooses the share; None: `budget` has it
    selector: str = DEFAULT_SELECTOR
    selector_options: tuple[str, ...] = ()  #: each "name=value"
    memory_budgets: tuple[int, ...] = ()  #: bytes; empty: the GPU's own, or no limit on a CPU
    recipe: str | None = None  #: None: the task's default
    truncate: Side | None = None  #: None: the recipe's
    train_on: TrainOn | None = None  #: None: the recipe's
    device: str = "auto"
    n_workers: int | Literal["auto"] | None = None  #: None: one a core, or one a GPU; auto: as many as fit a GPU
    executor: str = "local"
    executor_options: tuple[str, ...] = ()  #: each "name=value"
    timeout: float | None = None  #: seconds a measurement may take
    n_seeds: int = 1
    seed: int = 0  #: the first one
    loss_unit: LossUnit | None = None  #: None: nats/byte live, as recorded otherwise
    objective: str | None = None  #: to rank by instead of the loss
    rank_lossy: bool = False
    does_recheck: bool = False  #: measure points that are out of line again
    metric: str | None = None  #: that `finetune` reports; None: the task's
    min_size: int | None = None  #: None: the task's
    full_size: int | None = None  #: None: all training rows
    ledger: str | None = None  #: file or URL; None: the usual one
    plugin_files: tuple[str, ...] = ()  #: plugins that are a file, by absolute path
