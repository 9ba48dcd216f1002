"""`audition select`: which model to fine-tune on this task."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from audition.budgets.parsing import parse_budget
from audition.cli import arguments
from audition.cli.arguments import Names
from audition.cli.session import Session
from audition.cli.show.tables import AsJson
from audition.errors import UsageError
from audition.selection.config import SelectionConfig
from audition.text.sizes import parse_bytes

if TYPE_CHECKING:
    from audition.plugins.catalog import Catalog


def select(
    ctx: typer.Context,
    task: arguments.Task,
    models: Annotated[
        Names,
        typer.Option(
            help="Names, patterns (gpt2*, family:opt), hub ids, paths; commas or repeat. "
            "Default: all listed models; on a CPU, those whose weights are on this disk."
        ),
    ] = None,
    exclude: Annotated[Names, typer.Option(help="Candidates to leave out, in the same language.")] = None,
    selector: Annotated[str, typer.Option(help="`audition selectors` lists them.")] = "ats",
    option: Annotated[Names, typer.Option(help="Option of the selector, such as k=4. Repeat.")] = None,
    ratio: Annotated[str, typer.Option(help="Largest share of the training rows one measurement may use.")] = "1/16",
    spend: Annotated[str | None, typer.Option(help="Limit on all together: 20000samples, 1e15flops, 600s.")] = None,
    memory: Annotated[
        Names, typer.Option(help="GPU memory, such as 24GB; several give a ranking each. Default: the GPU's own.")
    ] = None,
    source: Annotated[Literal["live", "recorded"], typer.Option(help="Fine-tune, or replay recorded curves.")] = "live",
    recipe: arguments.Recipe = None,
    truncate: arguments.Truncate = None,
    train_on: arguments.TrainOn = None,
    device: arguments.Device = "auto",
    workers: Annotated[int | None, typer.Option(min=1, help="Measurements at once. Default: cores; 1 a GPU.")] = None,
    executor: Annotated[str, typer.Option(help="Where measurements run.")] = "local",
    timeout: Annotated[float | None, typer.Option(min=1, help="Seconds one measurement may take.")] = None,
    seeds: Annotated[int, typer.Option(min=1, help="Fine-tunings a point; their mean counts.")] = 1,
    seed: Annotated[int, typer.Option(min=0, help="First seed, of subsets and training.")] = 0,
    loss_unit: Annotated[
        Literal["nats/byte", "nats/token"] | None,
        typer.Option(help="Default: nats/byte live, so that tokenisers compare; as recorded otherwise."),
    ] = None,
    rank_lossy: arguments.RankLossy = False,
    recheck: Annotated[
        bool, typer.Option("--recheck", help="Measure points that are out of line again, with up to two other seeds.")
    ] = False,
    min_size: Annotated[int | None, typer.Option(min=1, help="Smallest subset. Default: the task's.")] = None,
    full_size: Annotated[int | None, typer.Option(min=1, help="Predict the loss at this many training rows.")] = None,
    input_column: arguments.InputColumn = None,
    target_column: arguments.TargetColumn = None,
    prompt: arguments.Prompt = None,
    validation: arguments.Validation = None,
    test: arguments.Test = None,
    delimiter: arguments.Delimiter = None,
    quotes: arguments.Quotes = "auto",
    skip_bad_rows: arguments.SkipBadRows = False,
    ledger: arguments.Ledger = arguments.DEFAULT_LEDGER,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Run folder. Default: a new one in .audition/runs.")
    ] = None,
    plugin: arguments.PluginFiles = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the plan and its cost, and stop.")] = False,
    as_json: AsJson = False,
) -> None:
    """Fine-tune candidates on small subsets of TASK; rank them by the loss predicted after full fine-tuning."""
    config = SelectionConfig(
        task=task,
        task_options=arguments.task_options(ctx),
        models=tuple(models or ()),
        exclude=tuple(exclude or ()),
        budget=parse_budget(ratio, spend),
        selector=selector,
        selector_options=tuple(option or ()),
        memory_budgets=tuple(parse_bytes(size) for text in memory or () for size in text.split(",")),
        recipe=recipe,
        truncate=truncate,
        train_on=train_on,
        device=device,
        n_workers=workers,
        executor=executor,
        timeout=timeout,
        n_seeds=seeds,
        seed=seed,
        loss_unit=loss_unit,
        rank_lossy=rank_lossy,
        does_recheck=recheck,
        min_size=min_size,
        full_size=full_size,
    )
    catalog = ctx.ensure_object(Session).catalog
    if source == "recorded":
        _replay(config, catalog, output, as_json=as_json, dry_run=dry_run)
    else:
        _audition(config, catalog, ledger, output, as_json=as_json, dry_run=dry_run)


def _replay(config: SelectionConfig, catalog: Catalog, output: Path | None, *, as_json: bool, dry_run: bool) -> None:
    from audition.cli.show.outcome import show_report
    from audition.selection.replay import open_recorded
    from audition.selection.run_folders import write_run

    if dry_run:
        raise UsageError("--dry-run plans live selections; a replay costs nothing")
    if config.does_recheck:
        raise UsageError("--recheck fine-tunes again; recorded curves are what they are")
    report = open_recorded(config, catalog).run()
    if output is not None:
        write_run(output, report)
    catalog.plugins.hooks.selected(report)
    show_report(report, as_json=as_json)


def _audition(
    config: SelectionConfig, catalog: Catalog, ledger: str, output: Path | None, *, as_json: bool, dry_run: bool
) -> None:
    from audition.cli.show.display import Display
    from audition.cli.show.outcome import show_plan, show_reading, show_report
    from audition.measuring.ledger import Ledger
    from audition.selection.open_live import open_live
    from audition.selection.run_folders import new_run_folder, write_run

    folder = output or new_run_folder(config.task, config.selector)
    store = Ledger(ledger)
    with Display(config.loss_unit or "nats/byte") as display:
        selection = open_live(
            config,
            catalog,
            store,
            log_dir=folder / "workers",
            on_progress=display.step,
            on_observation=display.observed,
        )
        try:
            show_reading(selection.setting.task)
            plan = selection.plan()
            show_plan(plan, as_json=as_json and dry_run)
            if config.does_recheck:
                typer.echo("--recheck adds up to two measurements for each point that is out of line.", err=True)
            if dry_run:
                return
            report = selection.run()
        finally:
            selection.losses.cancel()
    write_run(folder, report)
    store.add_run(folder.name, folder.resolve(), report.to_json())
    catalog.plugins.hooks.selected(report)
    show_report(report, as_json=as_json, folder=folder, config=config)
