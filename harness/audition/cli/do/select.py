"""`audition select`: which model to fine-tune on this task."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from audition import library
from audition.cli import arguments
from audition.cli.arguments import Names, words_of
from audition.cli.completing import completes
from audition.cli.settings import Config
from audition.cli.show.outcome import show_plan, show_reading, show_report
from audition.cli.show.tables import AsJson
from audition.errors import UsageError
from audition.library.progress import Display
from audition.library.words import DEFAULT_LEDGER

FAILED = frozenset({"crashed", "timed-out", "out-of-memory", "not-finite"})  #: what becomes of who was tried

if TYPE_CHECKING:
    from audition.selection.config import SelectionConfig
    from audition.selection.plan import Plan
    from audition.types import LossUnit, Report
    from audition.types.protocols import TaskLoader


def select(
    ctx: typer.Context,
    task: arguments.Task,
    models: Annotated[
        Names,
        typer.Option(
            help="Names, patterns (gpt2*, family:opt), hub ids, paths; commas or repeat. "
            "Default: all listed models; on a CPU, those whose weights are on this disk.",
            rich_help_panel=arguments.COMPARED,
            metavar="NAMES",
            autocompletion=completes("models", is_list=True),
        ),
    ] = None,
    exclude: Annotated[
        Names,
        typer.Option(
            help="Candidates to leave out, in the same language.", rich_help_panel=arguments.COMPARED, metavar="NAMES"
        ),
    ] = None,
    selector: Annotated[
        str | None,
        typer.Option(
            help="`audition selectors` lists them. Default: guarded; race under --spend.",
            rich_help_panel=arguments.COMPARED,
            autocompletion=completes("selectors"),
        ),
    ] = None,
    option: Annotated[
        Names,
        typer.Option(
            help="Option of the selector, such as k=4. Repeat.",
            rich_help_panel=arguments.COMPARED,
            metavar="NAME=VALUE",
        ),
    ] = None,
    ratio: Annotated[
        str | None,
        typer.Option(
            help="Largest share of the training rows one measurement may use. Default: what the time pays for.",
            rich_help_panel=arguments.MEASURED,
        ),
    ] = None,
    within: Annotated[
        str | None,
        typer.Option(
            help="Time it may take by the plan: 20min, 2h, 8GPUh. It chooses how much is measured. Default: 1h.",
            rich_help_panel=arguments.MEASURED,
        ),
    ] = None,
    spend: Annotated[
        str | None,
        typer.Option(
            help="Limit on all together: 20000samples, 1e15flops, 10min, 2h.", rich_help_panel=arguments.MEASURED
        ),
    ] = None,
    memory: Annotated[
        Names,
        typer.Option(
            help="GPU memory, such as 24GB; several give a ranking each. Default: the GPU's own.",
            rich_help_panel=arguments.COMPARED,
            metavar="SIZES",
        ),
    ] = None,
    source: Annotated[
        Literal["live", "recorded"],
        typer.Option(help="Fine-tune, or replay recorded curves.", rich_help_panel=arguments.COMPARED),
    ] = "live",
    recipe: arguments.Recipe = None,
    truncate: arguments.Truncate = None,
    train_on: arguments.TrainOn = None,
    device: arguments.Device = "auto",
    workers: Annotated[
        str | None,
        typer.Option(
            help="Measurements at once, or auto: as many as fit a GPU. Default: cores; 1 a GPU.",
            rich_help_panel=arguments.PLACED,
        ),
    ] = None,
    executor: arguments.Executor = "local",
    executor_option: arguments.ExecutorOption = None,
    timeout: arguments.Timeout = None,
    seeds: Annotated[
        int, typer.Option(min=1, help="Fine-tunings a point; their mean counts.", rich_help_panel=arguments.MEASURED)
    ] = 1,
    seed: Annotated[
        int, typer.Option(min=0, help="First seed, of subsets and training.", rich_help_panel=arguments.MEASURED)
    ] = 0,
    loss_unit: Annotated[
        Literal["nats/byte", "nats/token"] | None,
        typer.Option(
            help="Default: nats/byte live, so that tokenisers compare; as recorded otherwise.",
            rich_help_panel=arguments.COMPARED,
        ),
    ] = None,
    objective: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Rank by this, measured on the test split, instead of the loss: rouge-l, chrf, exact-match, accuracy, "
            "f1, or a plugin's own.",
            rich_help_panel=arguments.COMPARED,
        ),
    ] = None,
    rank_lossy: arguments.RankLossy = False,
    recheck: Annotated[
        bool,
        typer.Option(
            "--recheck",
            help="Measure points that are out of line again, with up to two other seeds.",
            rich_help_panel=arguments.MEASURED,
        ),
    ] = False,
    min_size: Annotated[
        int | None,
        typer.Option(min=1, help="Smallest subset. Default: the task's.", rich_help_panel=arguments.MEASURED),
    ] = None,
    full_size: Annotated[
        int | None,
        typer.Option(min=1, help="Predict the loss at this many training rows.", rich_help_panel=arguments.MEASURED),
    ] = None,
    input_column: arguments.InputColumn = None,
    target_column: arguments.TargetColumn = None,
    prompt: arguments.Prompt = None,
    validation: arguments.Validation = None,
    test: arguments.Test = None,
    delimiter: arguments.Delimiter = None,
    quotes: arguments.Quotes = "auto",
    skip_bad_rows: arguments.SkipBadRows = False,
    log_to: arguments.LogTo = None,
    ledger: arguments.Ledger = DEFAULT_LEDGER,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="Run folder. Default: a new one in .audition/runs.", rich_help_panel=arguments.OUTPUT
        ),
    ] = None,
    no_page: Annotated[
        bool, typer.Option("--no-page", help="Write no page beside the report.", rich_help_panel=arguments.OUTPUT)
    ] = False,
    plugin: arguments.PluginFiles = None,
    config: Config = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show the plan and its cost, and stop.", rich_help_panel=arguments.OUTPUT)
    ] = False,
    quiet: Annotated[
        bool,
        typer.Option("--quiet", help="Neither plan nor progress: only the answer.", rich_help_panel=arguments.OUTPUT),
    ] = False,
    wide: arguments.Wide = False,
    as_json: AsJson = False,
) -> None:
    """Fine-tune candidates on small subsets of TASK; rank them by the loss predicted after full fine-tuning."""
    if dry_run and source == "recorded":
        raise UsageError("--dry-run plans live selections; a replay costs nothing")
    if dry_run and quiet:
        raise UsageError("--dry-run shows the plan and --quiet does not: give one of them")
    unit: LossUnit = "error" if objective else loss_unit or "nats/byte"
    display = ScreenDisplay(unit, is_dry_run=dry_run, as_json=as_json, is_wide=wide, is_quiet=quiet)
    report = library.select(**words_of(ctx, library.select), progress=display)
    show_report(report, as_json=as_json, is_wide=wide, folder=display.folder)
    if report.is_interrupted:
        typer.echo("interrupted: this is what is known so far; the same command goes on from here", err=True)
        raise typer.Exit(130)
    if (code := exit_code(report)) != 0:
        raise typer.Exit(code)


def exit_code(report: Report) -> int:
    """Return 0: done; 1: some candidates failed while they were measured; 3: nobody could be ranked."""
    rows = [row for stratum in report.strata for row in stratum.ranking]
    if not any(row.rank for row in rows):
        return 3
    return int(any(row.status in FAILED for row in rows))


class ScreenDisplay(Display):
    """Prints how rows were read and what is planned; ends a dry run there."""

    def __init__(
        self, loss_unit: LossUnit, *, is_dry_run: bool, as_json: bool, is_wide: bool, is_quiet: bool = False
    ) -> None:
        super().__init__("none" if is_quiet else "auto", loss_unit)
        self._is_quiet = is_quiet
        self.config: SelectionConfig | None = None
        self._is_wide = is_wide
        self.folder: Path | None = None
        self._is_dry_run = is_dry_run
        self._as_json = as_json

    def opened(self, task: TaskLoader, config: SelectionConfig, folder: Path) -> None:
        """Print how the rows were read."""
        self.config, self.folder = config, folder
        if not self._is_quiet:
            show_reading(task)

    def planned(self, plan: Plan) -> None:
        """Print the plan, unless nothing of it is left to do; a dry run ends here."""
        if self._is_quiet:
            return
        if plan.is_in_ledger and not self._is_dry_run:
            typer.echo("".join(f"{line}\n" for line in (plan.choice,) if line), err=True, nl=False)
            return
        show_plan(plan, as_json=self._as_json and self._is_dry_run, is_wide=self._is_wide)
        if self.config is not None and self.config.does_recheck:
            typer.echo("--recheck adds up to two measurements for each point that is out of line.", err=True)
        if self._is_dry_run:
            raise typer.Exit
