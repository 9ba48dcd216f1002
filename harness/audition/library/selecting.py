"""`audition.select`: which model to fine-tune on a task."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from os import PathLike
from pathlib import Path

from audition.budgets.budget import TimeLimit
from audition.budgets.parsing import parse_budget, parse_within
from audition.errors import UsageError
from audition.library.progress import Display, Kind
from audition.library.tracking import Trackers, tracking
from audition.library.words import (
    DEFAULT_LEDGER,
    Names,
    Options,
    Sizes,
    load_catalog,
    n_workers,
    names,
    options,
    plugin_files,
    sizes,
    task_options,
)
from audition.plugins.catalog import Catalog
from audition.selection.config import (
    DEFAULT_RATIO,
    DEFAULT_SELECTOR,
    DEFAULT_SPENDER,
    DEFAULT_WITHIN,
    SPENDER_RATIO,
    SelectionConfig,
)
from audition.types import LossUnit, Quotes, Report, Side, Source, TrainOn


def select(
    task: str | PathLike[str],
    *,
    models: Names = (),
    exclude: Names = (),
    selector: str | None = None,
    option: Options = (),
    ratio: str | float | Fraction | None = None,
    within: str | None = None,
    spend: str | None = None,
    memory: Sizes = (),
    source: Source = "live",
    recipe: str | None = None,
    truncate: Side | None = None,
    train_on: TrainOn | None = None,
    device: str = "auto",
    workers: int | str | None = None,
    executor: str = "local",
    executor_option: Options = (),
    timeout: float | None = None,
    seeds: int = 1,
    seed: int = 0,
    loss_unit: LossUnit | None = None,
    objective: str | None = None,
    rank_lossy: bool = False,
    recheck: bool = False,
    min_size: int | None = None,
    full_size: int | None = None,
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
    output: str | PathLike[str] | None = None,
    no_page: bool = False,
    plugin: Sequence[str | PathLike[str]] = (),
    catalog: Catalog | None = None,
    progress: Kind | Display = "auto",
) -> Report:
    """Fine-tune candidates on small subsets of a task; rank them by the loss predicted after full fine-tuning.

    Does what `audition select` does, with its words and defaults, and leaves the same behind: measurements in the
    ledger, a run folder, an entry of the run in the ledger. Interrupted, it loses no finished measurement.

    >>> report = select("flan", source="recorded", selector="sub-tuning", models="gpt2*", ratio="1/64")
    >>> report.best.model
    'gpt2-xl'

    Args:
        task: a listed task, a file or folder of rows, or "hf:org/name".
        models: names, patterns, hub ids, paths; empty: all listed models, or on a CPU those on this disk.
        exclude: candidates to leave out.
        selector: its name; None: "guarded", or "race" where `spend` is given.
        option: of the selector: {"k": 4}, or texts such as "k=4".
        ratio: largest share of the training rows that one measurement may use, above 0 and at most 1; None: the largest
            for which `within` or `spend` pays; of recorded curves 1/16.
        within: how long it may take by the plan, on this machine ("20min", "2h") or summed over its devices ("8GPUh"):
            chooses the share of the rows, and a race where it does not pay for everybody; None: 1h, where neither
            `ratio` nor `spend` is given.
        spend: limit on all measurements together: "20000samples", "1e15flops", "10min", "2h".
        memory: GPU memory in bytes or as text ("24GB"); several give a ranking each; empty: the GPU's own.
        source: "live" fine-tunes, "recorded" replays curves.
        recipe: "quick", "paper" or a TOML file; None: the task's.
        truncate: where long prompts are cut; None: the recipe's.
        train_on: answers of a conversation that are learned; None: the recipe's.
        device: "auto", "cpu", "cuda", "cuda:1", "cuda:0,cuda:2".
        workers: measurements at once; None: one a core, or one a GPU; "auto": as many as fit a GPU together.
        executor: where measurements run; `audition executors` lists them.
        executor_option: of the executor: {"name": value}, or texts such as "name=value".
        timeout: seconds that one measurement may take.
        seeds: fine-tunings a point; their mean counts.
        seed: the first one.
        loss_unit: None: nats/byte live, as recorded otherwise.
        objective: rank by "rouge-l", "chrf" or "exact-match" of generated text, or by "accuracy" or "f1" of a
            classification, or by a plugin's own, instead of the loss; measured beside it.
        rank_lossy: rank models whose tokeniser cannot write the targets, too.
        recheck: measure points that are out of line again.
        min_size: smallest subset; None: the task's.
        full_size: predict the loss at so many training rows; None: all there are.
        input_column: as the next seven, how rows are read; see `audition.types.TaskOptions`.
        target_column: column of the targets.
        prompt: template over columns.
        validation: file of validation rows.
        test: file of test rows.
        delimiter: one character between fields.
        quotes: whether quotation marks are text or quotes.
        skip_bad_rows: count bad rows instead of stopping at one.
        log_to: loggers such as "mlflow", "wandb", "tensorboard" and "trackio".
        ledger: file or database URL that keeps finished measurements.
        output: run folder; None: a new one in .audition/runs, none for a replay.
        no_page: write no page beside the report.
        plugin: Python files to load as plugins.
        catalog: plugins that are loaded already; None: they are loaded now.
        progress: "auto", "bar", "lines" or "none"; a `Display` is told more.

    Raises:
        UsageError: something cannot be had as asked; the message says what would do.
    """
    if objective is not None and loss_unit is not None:
        raise UsageError("--objective ranks by an error, --loss-unit by a loss: give one of them")
    usual_selector = DEFAULT_SELECTOR if spend is None else DEFAULT_SPENDER
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
        models=names(models),
        exclude=names(exclude),
        budget=parse_budget(_largest(ratio, spend, source), spend),
        within=_time(within, ratio, spend, source),
        selector=selector or usual_selector,
        selector_options=options(option),
        memory_budgets=sizes(memory),
        recipe=recipe,
        truncate=truncate,
        train_on=train_on,
        device=device,
        n_workers=n_workers(workers),
        executor=executor,
        executor_options=options(executor_option),
        timeout=timeout,
        n_seeds=seeds,
        seed=seed,
        loss_unit=loss_unit,
        objective=objective,
        rank_lossy=rank_lossy,
        does_recheck=recheck,
        min_size=min_size,
        full_size=full_size,
        ledger=None if ledger == DEFAULT_LEDGER else ledger,
    )
    catalog = catalog or load_catalog(plugin)
    config = replace(config, plugin_files=plugin_files(catalog))
    catalog.executor(config.executor)  # a misspelt name is refused at once, in a replay too
    folder = None if output is None else Path(output)
    with tracking(catalog, names(log_to), config, source) as trackers:
        report = (
            _replay(config, catalog, folder, has_page=not no_page)
            if source == "recorded"
            else _fine_tune(config, catalog, ledger, folder, progress, trackers, has_page=not no_page)
        )
        catalog.plugins.hooks.selected(report)
        trackers.selected(report)
    return report


def _largest(ratio: str | float | Fraction | None, spend: str | None, source: Source) -> str:
    """Return the largest share of the rows that may be measured at."""
    if ratio is not None:
        return str(ratio)
    if source == "live":
        return "1"
    return DEFAULT_RATIO if spend is None else SPENDER_RATIO


def _time(
    within: str | None, ratio: str | float | Fraction | None, spend: str | None, source: Source
) -> TimeLimit | None:
    """Return the time that chooses how much is measured, or None where something else does."""
    if within is not None and (spend is not None or source == "recorded"):
        raise UsageError(
            "--within plans by the clock and --spend limits what is spent: give one of them"
            if spend is not None
            else "--within plans live selections; a replay takes no time, give --ratio"
        )
    if within is None and (ratio is not None or spend is not None or source == "recorded"):
        return None
    return parse_within(within or DEFAULT_WITHIN)


def _replay(config: SelectionConfig, catalog: Catalog, folder: Path | None, *, has_page: bool) -> Report:
    from audition.library.recording.folders import write_asked, write_run
    from audition.selection.answering.commands import select_command
    from audition.selection.replay import open_recorded

    if config.objective is not None:
        raise UsageError("--objective is measured by fine-tuning; recorded curves have losses alone")
    if config.does_recheck:
        raise UsageError("--recheck fine-tunes again; recorded curves are what they are")
    report = open_recorded(config, catalog).run()
    report = replace(report, commands={"repeat": select_command(config, "recorded")})
    if folder is not None:
        write_asked(folder, config, "recorded")
        write_run(folder, report, has_page=has_page)
    return report


def _fine_tune(
    config: SelectionConfig,
    catalog: Catalog,
    ledger: str,
    folder: Path | None,
    progress: Kind | Display,
    trackers: Trackers,
    *,
    has_page: bool,
) -> Report:
    from audition.library.progress import display_of
    from audition.library.recording.folders import new_run_folder, write_asked, write_run
    from audition.library.recording.records import RunRecord
    from audition.measuring.ledger import Ledger
    from audition.selection.answering.commands import select_command
    from audition.selection.choosing.opening import open_chosen

    folder = folder or new_run_folder(config.task, config.selector)
    store = Ledger(ledger)
    with display_of(progress, "error" if config.objective else config.loss_unit or "nats/byte") as display:
        selection, config = open_chosen(
            config,
            catalog,
            store,
            log_dir=folder / "workers",
            on_progress=display.step,
            on_observation=trackers.hearing(display.observed),
        )
        record = RunRecord(store, folder, "selection", config, select_command(config))
        try:
            display.opened(selection.setting.task, config, folder)
            plan = selection.plan()
            record.note("planned", plan={"cost": plan.cost, "wall_seconds": plan.wall_seconds, "limit": plan.limit})
            display.planned(plan)
            write_asked(folder, config, "live")
            display.begun(plan, config, selection.standing)
            with record.running():
                report = selection.run()
        finally:
            selection.losses.cancel()
    report = replace(report, commands=_commands(report, config))
    write_run(folder, report, has_page=has_page)
    record.conclude(report)
    return report


def _commands(report: Report, config: SelectionConfig) -> dict[str, str]:
    """Return the commands that make it again, fine-tune what it recommends, and make the answer surer."""
    from audition.finetuning.command import finetune_command
    from audition.selection.answering.commands import next_command, select_command

    found = {
        "repeat": select_command(config),
        "finetune": finetune_command(report, config),
        "next": None if report.next_step is None else next_command(config, report.next_step),
    }
    return {name: command for name, command in found.items() if command is not None}
