"""`audition.finetune`: a fine-tuned model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from html import escape
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from audition.budgets.budget import SizeCap
from audition.errors import UsageError
from audition.library.progress import Display, Kind
from audition.library.words import (
    DEFAULT_LEDGER,
    Names,
    Options,
    load_catalog,
    names,
    options,
    plugin_files,
    task_options,
)
from audition.plugins.catalog import Catalog
from audition.selection.config import SelectionConfig
from audition.types import Observation, Quotes, Side, TrainOn
from audition.types.lazy import LazyModule

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = LazyModule("pandas")


@dataclass(frozen=True, slots=True, kw_only=True)
class FinetunedModel:
    """A saved model and what was measured of it."""

    folder: Path  #: model, README.md, evaluation.json
    observation: Observation  #: its test loss
    evaluation: Mapping[str, Any]  #: as evaluation.json has it: metrics of generated text, samples

    def to_frame(self) -> pd.DataFrame:
        """Return one row: model, task, losses and metrics, all measured."""
        seen = self.observation
        losses = {"nats/byte": seen.loss_per_byte, "nats/token": seen.loss_per_token}
        return pd.DataFrame([{"model": seen.model, "task": seen.task, **losses, **self.evaluation["metrics"]}])

    def _repr_html_(self) -> str:
        return f"{self.to_frame().to_html(index=False, na_rep='')}<p>Saved: {escape(str(self.folder))}</p>"


def finetune(
    model: str,
    task: str | PathLike[str],
    output: str | PathLike[str],
    *,
    learning_rate: float | None = None,
    batch_size: int | None = None,
    recipe: str | None = None,
    truncate: Side | None = None,
    train_on: TrainOn | None = None,
    device: str = "auto",
    executor: str = "local",
    executor_option: Options = (),
    timeout: float | None = None,
    seed: int = 0,
    rank_lossy: bool = False,
    metric: Literal["rouge", "chrf"] | None = None,
    input_column: str | None = None,
    target_column: str | None = None,
    prompt: str | None = None,
    validation: str | None = None,
    test: str | None = None,
    delimiter: str | None = None,
    quotes: Quotes = "auto",
    skip_bad_rows: bool = False,
    log_to: Names = (),
    ledger: str = DEFAULT_LEDGER,
    plugin: Sequence[str | PathLike[str]] = (),
    catalog: Catalog | None = None,
    progress: Kind | Display = "auto",
) -> FinetunedModel:
    """Fine-tune a model on all training rows of a task; save it with a card and its evaluation.

    Does what `audition finetune` does, with its words and defaults; the ledger keeps what was measured.

    Args:
        model: a listed model, hub id or path.
        task: a listed task, a file or folder of rows, or "hf:org/name".
        output: folder for the model; nothing is overwritten.
        learning_rate: None: what a selection found, else the recipe's.
        batch_size: None: likewise.
        recipe: "quick", "paper" or a TOML file; None: the task's.
        truncate: where long prompts are cut; None: the recipe's.
        train_on: answers of a conversation that are learned; None: the recipe's.
        device: "auto", "cpu", "cuda", "cuda:1", "cuda:0,cuda:2".
        executor: where it runs.
        executor_option: of the executor: {"name": value}, or texts such as "name=value".
        timeout: seconds that it may take.
        seed: of the order of examples.
        rank_lossy: train a model whose tokeniser cannot write the targets, too.
        metric: of generated text; None: the task's, or chrf where ROUGE does not see the script.
        input_column: as the next seven, how rows are read; see `audition.types.TaskOptions`.
        target_column: column of the targets.
        prompt: template over columns.
        validation: file of validation rows.
        test: file of test rows.
        delimiter: one character between fields.
        quotes: whether quotation marks are text or quotes.
        skip_bad_rows: count bad rows instead of stopping at one.
        log_to: loggers such as "mlflow", "wandb", "tensorboard" and "trackio".
        ledger: file or database URL that keeps what was measured.
        plugin: Python files to load as plugins.
        catalog: plugins that are loaded already; None: they are loaded now.
        progress: "auto", "bar", "lines" or "none"; a `Display` is told more.

    Raises:
        UsageError: something cannot be had as asked, or the fine-tuning failed; the message says why.
    """
    from audition.finetuning.card import read_evaluation
    from audition.finetuning.command import command_for
    from audition.finetuning.finetuning import check_output, open_finetuning
    from audition.library.progress import display_of
    from audition.library.recording.folders import new_run_folder
    from audition.library.recording.records import RunRecord
    from audition.library.tracking import tracking
    from audition.measuring.ledger import Ledger

    folder = Path(output)
    check_output(folder)
    config = SelectionConfig(
        task=str(task),
        task_options=task_options(
            input_column=input_column,
            target_column=target_column,
            prompt=prompt,
            validation=validation,
            test=test,
            delimiter=delimiter,
            quotes=quotes,
            skip_bad_rows=skip_bad_rows,
        ),
        models=(model,),
        budget=SizeCap(Fraction(1)),
        recipe=recipe,
        truncate=truncate,
        train_on=train_on,
        device=device,
        executor=executor,
        executor_options=options(executor_option),
        timeout=timeout,
        ledger=None if ledger == DEFAULT_LEDGER else ledger,
        seed=seed,
        rank_lossy=rank_lossy,
        metric=metric,
    )
    catalog = catalog or load_catalog(plugin)
    config = replace(config, plugin_files=plugin_files(catalog))
    store = Ledger(ledger)
    command = command_for(model, config, folder, learning_rate=learning_rate, batch_size=batch_size)
    record = RunRecord(store, new_run_folder(config.task, "finetune"), "fine-tuning", config, command)
    with (
        tracking(catalog, names(log_to), config, "finetune") as trackers,
        display_of(progress, "nats/byte") as display,
    ):
        finetuning = open_finetuning(
            config,
            catalog,
            store,
            learning_rate=learning_rate,
            batch_size=batch_size,
            on_progress=display.step,
        )
        try:
            with record.running():
                if finetuning.search_size is not None:
                    display.described(f"Searching the learning rate on {finetuning.search_size:,} rows first.")
                    finetuning = finetuning.searched()
                display.described(finetuning.describe())
                observation = finetuning.run(folder)
        finally:
            finetuning.losses.cancel()
        if observation.status != "ok":
            record.note("failed", observation=observation)
            raise UsageError(f"{model}: fine-tuning ended {observation.status}: {observation.message}")
        evaluation = read_evaluation(folder)
        known = {name: evaluation.get(name) for name in ("metrics", "prediction")}
        record.note("finished", observation=observation, folder=str(folder.resolve()), **known)
        trackers.finetuned(observation, evaluation)
    return FinetunedModel(folder=folder, observation=observation, evaluation=evaluation)
