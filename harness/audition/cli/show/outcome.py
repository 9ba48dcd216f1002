"""What `audition select` prints: the plan before, the ranking after."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from audition.cli.show import summary
from audition.cli.show.tables import print_json
from audition.finetuning.command import finetune_command
from audition.selection.answering.commands import select_command
from audition.text.tables import render

if TYPE_CHECKING:
    from audition.selection.config import SelectionConfig
    from audition.selection.plan import Plan
    from audition.types import Report
    from audition.types.protocols import TaskLoader


def show_reading(task: TaskLoader) -> None:
    """Print to standard error what happened to the rows of a user's task."""
    from audition.tasks.reading import HasReadReport

    if isinstance(task, HasReadReport) and task.report is not None:
        spec = task.spec
        typer.echo(f"{spec.name}: {spec.n_train:,} training rows", err=True)
        typer.echo("\n".join(summary.reading_lines(task.report)), err=True)


def show_plan(plan: Plan, *, as_json: bool) -> None:
    """Print a plan to standard error, or as JSON to standard output."""
    if as_json:
        print_json(
            {
                "plan": plan.models,
                "remarks": plan.remarks,
                "refused": plan.refused,
                "cost": plan.cost,
                "wall_seconds": plan.wall_seconds,
                "crowding": plan.crowding,
                "limit": plan.limit or None,
                "download_bytes": plan.download_bytes,
                "workers": plan.slots,
                "devices_a_worker": plan.n_shards,
            }
        )
        return
    typer.echo(render(summary.plan_rows(plan)), err=True)
    typer.echo(summary.plan_sentence(plan), err=True)
    note = summary.recipe_note(plan.recipe)
    if note:
        typer.echo(note, err=True)


def show_report(
    report: Report, *, as_json: bool, folder: Path | None = None, config: SelectionConfig | None = None
) -> None:
    """Print a report and, for a live `config`, the command that fine-tunes its winner."""
    if as_json:
        print_json(report.to_json())
        return
    for stratum in report.strata:
        typer.echo(f"\n{summary.ranking_title(report, stratum)}\n")
        typer.echo(render(summary.ranking_rows(stratum)))
    typer.echo(f"\n{report.recommendation}")
    for upgrade in report.upgrades:
        typer.echo(upgrade.sentence)
    typer.echo(summary.spent_sentence(report))
    command = None if config is None else finetune_command(report, config)
    if command is not None:
        typer.echo(f"Fine-tune it on everything:\n  {command}")
    if config is not None and report.next_step is not None:
        typer.echo(
            f"next: {summary.next_step_sentence(report.next_step)}\n  {select_command(config, report.next_step)}"
        )
    if folder is not None:
        typer.echo(f"Report: {folder / 'report.json'}")
