"""Fine-tune the winner on everything, with the learning rate and batch size that the selection found."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from audition.errors import UsageError
from audition.finetuning.card import model_card, read_evaluation
from audition.finetuning.expected import latest_prediction, with_measured, write_beside
from audition.finetuning.settings import Settings, find_settings, settings_for
from audition.measuring.live import LiveLosses
from audition.plugins.factories import make_executor
from audition.readings.readings import Readings
from audition.selection.candidates import open_candidates
from audition.selection.setting import memory_planner, open_setting
from audition.types import Point
from audition.types.recipes import REFERENCE_SIZE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from audition.measuring.ledger import Ledger
    from audition.measuring.setting import LiveSetting
    from audition.plugins.catalog import Catalog
    from audition.selection.config import SelectionConfig
    from audition.types import ModelSpec, Observation, Progress, Recipe

SEARCH_SHARE = 8  #: a learning rate that nobody knows is searched on this part of the rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Finetuning:
    """One model, one task, one recipe; `run` does it in a child process."""

    model: ModelSpec
    setting: LiveSetting
    losses: LiveLosses
    settings: Settings
    readings: Readings
    prediction: Mapping[str, Any] | None = None  #: of the latest selection; None: there was none
    metric: str | None = None  #: None: the task's, or one that sees its script

    def describe(self) -> str:
        """Return what will be done, in one line."""
        recipe, task = self.recipe, self.setting.task.spec
        n_train = task.n_train or 0
        rated = recipe.with_learning_rates(self.model, task.name, n_train)
        rates = ", ".join(f"{rate:g}" for rate in rated.learning_rates)
        sizes = ", ".join(map(str, recipe.batch_sizes))
        n_epochs = max(recipe.n_epochs(n_train, size) for size in recipe.batch_sizes)
        return (
            f"Fine-tuning {self.model.name} on {n_train:,} rows of {task.name}: at most {n_epochs} epochs, "
            f"learning rate {rates}, batch size {sizes} ({self.settings.origin}), {recipe.precision} on "
            f"{self.setting.device}"
        )

    @property
    def recipe(self) -> Recipe:
        """Return the recipe, with the settings in place of its grid or its search."""
        return self.settings.applied_to(self.setting.recipe)

    @property
    def search_size(self) -> int | None:
        """Return how many examples the learning rate is searched on first; None: it is known, or the recipe has a grid.

        An eighth of the rows, but as many as the recipe's epochs need for the steps that it asks for, and no more than
        rates are usually told for.
        """
        recipe, n_train = self.setting.recipe, self.setting.task.spec.n_train or 0
        if self.settings.learning_rate is not None or recipe.learning_rates or not recipe.searches:
            return None
        enough = recipe.min_steps * recipe.batch_sizes[0] // recipe.epochs
        return min(n_train, REFERENCE_SIZE, max(enough, n_train // SEARCH_SHARE))

    def searched(self) -> Finetuning:
        """Return the fine-tuning with the learning rate that a subset has found, if it is to be searched first."""
        size = self.search_size
        if size is None:
            return self
        observation = self.losses.obtain(Point(self.model.name, size))
        n_train = self.setting.task.spec.n_train or 0
        found = settings_for([observation], self.model.name, n_train, self.setting.recipe)
        return self if found is None else replace(self, settings=found)

    def run(self, output: Path) -> Observation:
        """Return the observation; `output` gets model, evaluation and card, all or nothing.

        Raises:
            UsageError: the checkpoint cannot be had, or the folder cannot be written.
        """
        unfinished = output.with_name(f"{output.name}.part")
        shutil.rmtree(unfinished, ignore_errors=True)
        n_train = self.setting.task.spec.n_train or 0
        try:
            unfinished.mkdir(parents=True)
            observation = self.losses.finetune(
                self.model, n_train, self.setting.seeds[0], unfinished, recipe=self.recipe, metric=self.metric
            )
            if observation.status == "ok":
                if self.prediction is not None:
                    write_beside(unfinished, with_measured(self.prediction, observation))
                evaluation, prompting = read_evaluation(unfinished), self.readings.prompting(self.model)
                card = model_card(self.model, self.setting, observation, evaluation, prompting)
                (unfinished / "README.md").write_text(card, encoding="utf-8")
                unfinished.replace(output)
        except OSError as error:
            raise UsageError(f"{output}: the model cannot be saved: {error.strerror or error}") from error
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
        return observation


def open_finetuning(
    config: SelectionConfig,
    catalog: Catalog,
    ledger: Ledger,
    *,
    learning_rate: float | None,
    batch_size: int | None,
    log_dir: Path | None = None,
    on_progress: Callable[[Progress], None] = lambda _: None,
) -> Finetuning:
    """Return a fine-tuning that is ready to run.

    Raises:
        UsageError: model, task, recipe or device cannot be had; or the pattern names several models.
    """
    setting, devices = open_setting(config, catalog)
    models = open_candidates(config, catalog, default=[])
    if len(models) != 1:
        raise UsageError(f"one model at a time is fine-tuned; {config.models[0]!r} names {len(models)}")
    settings = find_settings(ledger, models[0], setting, learning_rate=learning_rate, batch_size=batch_size)
    readings = Readings(setting.task, setting.recipe)
    losses = LiveLosses(
        models,
        setting,
        ledger=ledger,
        readings=readings,
        memory=memory_planner(setting, devices),
        executor=make_executor(
            catalog, config.executor, config.executor_options, slots=1, log_dir=log_dir, timeout=config.timeout
        ),
        hooks=catalog.plugins.hooks,
        on_progress=on_progress,
    )
    return Finetuning(
        model=models[0],
        setting=setting,
        losses=losses,
        settings=settings,
        readings=readings,
        metric=config.metric,
        prediction=latest_prediction(ledger, models[0].name, setting.task.fingerprint),
    )


def check_output(output: Path) -> None:
    """Raise UsageError where a model would overwrite something, or cannot be written."""
    if output.exists() and (not output.is_dir() or any(output.iterdir())):
        raise UsageError(f"{output}: already there and not empty; a fine-tuned model overwrites nothing")
