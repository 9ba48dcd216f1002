"""What `audition select` prints: the plan before, the ranking after."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from audition.cli.show import short, summary
from audition.cli.show.tables import print_json
from audition.text.tables import render

if TYPE_CHECKING:
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


def show_plan(plan: Plan, *, as_json: bool, is_wide: bool = False) -> None:
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
                "choice": plan.choice or None,
                "download_bytes": plan.download_bytes,
                "workers": plan.slots,
                "devices_a_worker": plan.n_shards,
            }
        )
        return
    rows = summary.plan_rows(plan) if is_wide else short.plan_rows(plan)
    typer.echo(render(rows, right=short.NUMBERS), err=True)
    if not is_wide:
        typer.echo("\n".join([*short.size_lines(plan), *short.plan_remarks(plan)]), err=True)
    typer.echo("\n".join(filter(None, (plan.choice, summary.plan_sentence(plan)))), err=True)
    note = summary.recipe_note(plan.recipe)
    if note:
        typer.echo(note, err=True)


def show_report(report: Report, *, as_json: bool, is_wide: bool = False, folder: Path | None = None) -> None:
    """Print a report: rankings, advice, what it cost, and the commands that go on from it."""
    if as_json:
        print_json(report.to_json())
        return
    for stratum in report.strata:
        typer.echo(f"\n{summary.ranking_title(report, stratum)}\n")
        rows = summary.ranking_rows(stratum) if is_wide else short.ranking_rows(stratum)
        typer.echo(render(rows, right=short.NUMBERS))
        for line in () if is_wide else short.ranking_remarks(stratum):
            typer.echo(line)
    typer.echo(f"\n{report.recommendation}")
    for upgrade in report.upgrades:
        typer.echo(upgrade.sentence)
    typer.echo(summary.spent_sentence(report))
    if "finetune" in report.commands:
        typer.echo(f"Fine-tune it on everything:\n  {report.commands['finetune']}")
    if report.next_step is not None and "next" in report.commands:
        typer.echo(f"next: {summary.next_step_sentence(report.next_step)}\n  {report.commands['next']}")
    if folder is not None:
        page = folder / "page.html"
        typer.echo(f"Report: {folder / 'report.json'}{f'; to look at: {page}' if page.exists() else ''}")
