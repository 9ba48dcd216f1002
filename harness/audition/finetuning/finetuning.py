"""Fine-tune the winner on everything, with the learning rate and batch size that the selection found."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from audition.errors import UsageError
from audition.measuring.live import LiveLosses
from audition.plugins.factories import make_executor
from audition.readings.readings import Readings
from audition.selection.candidates import open_candidates
from audition.selection.setting import memory_planner, open_setting
from audition.types.requests import EVALUATION

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from audition.measuring.ledger import Ledger
    from audition.measuring.setting import LiveSetting
    from audition.plugins.catalog import Catalog
    from audition.selection.config import SelectionConfig
    from audition.types import ModelSpec, Observation, Progress, Recipe

Origin = Literal["given", "found by a selection", "of the recipe"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Learning rate and batch size, and where they come from; None: the recipe's grid is searched."""

    learning_rate: float | None
    batch_size: int | None
    origin: Origin

    def applied_to(self, recipe: Recipe) -> Recipe:
        """Return the recipe with these settings in place of its grid."""
        if self.learning_rate is not None:
            recipe = replace(recipe, learning_rates=(self.learning_rate,))
        if self.batch_size is not None:
            recipe = replace(recipe, batch_sizes=(self.batch_size,))
        return recipe


@dataclass(frozen=True, slots=True, kw_only=True)
class Finetuning:
    """One model, one task, one recipe; `run` does it in a child process."""

    model: ModelSpec
    setting: LiveSetting
    losses: LiveLosses
    settings: Settings
    readings: Readings
    metric: str | None = None  #: None: the task's, or one that sees its script

    def describe(self) -> str:
        """Return what will be done, in one line."""
        recipe = self.setting.recipe
        task = self.setting.task.spec
        rates = ", ".join(f"{rate:g}" for rate in recipe.with_learning_rates(self.model, task.name).learning_rates)
        sizes = ", ".join(map(str, recipe.batch_sizes))
        return (
            f"Fine-tuning {self.model.name} on {task.n_train:,} rows of {task.name}: at most {recipe.epochs} epochs, "
            f"learning rate {rates}, batch size {sizes} ({self.settings.origin}), {recipe.precision} on "
            f"{self.setting.device}"
        )

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
                self.model, n_train, self.setting.seeds[0], unfinished, metric=self.metric
            )
            if observation.status == "ok":
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
    setting = replace(setting, recipe=settings.applied_to(setting.recipe))
    readings = Readings(setting.task, setting.recipe)
    losses = LiveLosses(
        models,
        setting,
        ledger=ledger,
        readings=readings,
        memory=memory_planner(setting, devices),
        executor=make_executor(catalog, config.executor, slots=1, log_dir=log_dir, timeout=config.timeout),
        hooks=catalog.plugins.hooks,
        on_progress=on_progress,
    )
    return Finetuning(
        model=models[0], setting=setting, losses=losses, settings=settings, readings=readings, metric=config.metric
    )


def find_settings(
    ledger: Ledger, model: ModelSpec, setting: LiveSetting, *, learning_rate: float | None, batch_size: int | None
) -> Settings:
    """Return what was given, else what the largest such measurement chose, else the recipe's."""
    if learning_rate is not None or batch_size is not None:
        return Settings(learning_rate=learning_rate, batch_size=batch_size, origin="given")
    measured = [
        observation
        for observation in ledger.observations()
        if (observation.model, observation.task, observation.status) == (model.name, setting.task.spec.name, "ok")
        and observation.learning_rate is not None
        and _method(observation) == setting.recipe.method  # LoRA's rates are no rates of a full fine-tuning
    ]
    if not measured:
        return Settings(learning_rate=None, batch_size=None, origin="of the recipe")
    largest = max(measured, key=lambda observation: observation.n_samples)
    return Settings(learning_rate=largest.learning_rate, batch_size=largest.batch_size, origin="found by a selection")


def _method(observation: Observation) -> str:
    """Return "full", "lora" or "qlora"; an observation that does not tell is older than the other two."""
    return (observation.method or "full").partition(" ")[0]


def check_output(output: Path) -> None:
    """Raise UsageError where a model would overwrite something, or cannot be written."""
    if output.exists() and (not output.is_dir() or any(output.iterdir())):
        raise UsageError(f"{output}: already there and not empty; a fine-tuned model overwrites nothing")


def read_evaluation(folder: Path) -> dict[str, Any]:
    """Return the evaluation that a fine-tuning left in `folder`."""
    evaluation: dict[str, Any] = json.loads((folder / EVALUATION).read_text(encoding="utf-8"))
    return evaluation


def model_card(
    model: ModelSpec, setting: LiveSetting, observation: Observation, evaluation: dict[str, Any], prompting: str
) -> str:
    """Return README.md of a fine-tuned model, filled from what was measured; `prompting` is Python, or ""."""
    from jinja2 import Environment, PackageLoader

    templates = Environment(loader=PackageLoader("audition.finetuning", ""), autoescape=False, trim_blocks=True)  # noqa: S701 - Markdown, not HTML
    return templates.get_template("model_card.md").render(
        model=model,
        task=setting.task.spec,
        recipe=setting.recipe,
        observation=observation,
        evaluation=evaluation,
        prompting=prompting,
    )
