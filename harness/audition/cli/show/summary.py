"""Plans and reports as people read them. Every figure says whether it is measured, estimated or predicted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audition.text.durations import format_duration
from audition.text.sizes import format_bytes
from audition.types.recipes import MOST_RATES

if TYPE_CHECKING:
    from audition.selection.plan import Plan
    from audition.tasks.reading import ReadReport
    from audition.types import Cost, Observation, RankedModel, Recipe, Report, Stratum
    from audition.types.results.certainties import NextStep


def plan_rows(plan: Plan) -> list[dict[str, Any]]:
    """Return one row a candidate; all costs are estimates, and at most."""
    rows = [
        {
            "model": model.model,
            "sizes": " ".join(map(str, model.sizes)) or "none",
            "in ledger": model.n_in_ledger,
            "samples": model.cost.n_samples,
            "samples processed": model.cost.samples_processed,
            "FLOPs": amount_text(model.cost.flops, ".2g"),
            "seconds": amount_text(model.cost.seconds, ".0f") if plan.is_calibrated else "?",
            "download": download_text(model.download_bytes, model.download_label),
            "remarks": plan.remarks.get(model.model, ""),
        }
        for model in plan.models
    ]
    rows += [{"model": row.model, "remarks": f"{row.status}: {'; '.join(row.notes)}"} for row in plan.refused]
    return rows if any(row["remarks"] for row in rows) else [_without_remarks(row) for row in rows]


def plan_sentence(plan: Plan) -> str:
    """Return the total of a plan."""
    said = f"At most (estimated): {_cost(plan.cost)}"
    if plan.wall_seconds is not None:
        workers = f"{plan.slots} worker{'s' if plan.slots > 1 else ''}"
        workers += f" of {plan.n_shards} devices" if plan.n_shards > 1 else ""
        is_crowded = plan.wall_seconds > 0 and plan.crowding >= 1.1
        load = f" at the load of the last minute ({plan.crowding:.1f} times as long)" if is_crowded else ""
        said += f"; about {format_duration(plan.wall_seconds)} on {workers}{load}, loading models aside"
    if plan.download_bytes:
        said += f"; downloads and disk: {format_bytes(plan.download_bytes)}"
    return f"{said}. It ends when the budget does: {plan.limit}." if plan.limit else f"{said}."


def recipe_note(recipe: Recipe) -> str:
    """Return what to know of a recipe before it is run; "" where nothing is."""
    if recipe.name == "quick":
        return "The recipe quick is for demonstrations: two passes at one learning rate. --recipe standard searches it."
    if recipe.searches:
        return (
            f"Each size searches its learning rate: up to {MOST_RATES} runs, all counted here. "
            "Usually it is three, and plainly worse ones end early."
        )
    return ""


def ranking_rows(stratum: Stratum) -> list[dict[str, Any]]:
    """Return one row a candidate, best first."""
    gives_intervals = any(row.interval is not None for row in stratum.ranking)
    return [_ranking_row(row, stratum, gives_intervals=gives_intervals) for row in stratum.ranking]


def ranking_title(report: Report, stratum: Stratum) -> str:
    """Return the heading of a ranking."""
    memory = "" if stratum.memory_budget_bytes is None else f" within {format_bytes(stratum.memory_budget_bytes)}"
    if report.objective is not None:
        return f"{report.task}: {report.selector} at {report.budget}{memory}, by error: 1 − {report.objective}"
    return f"{report.task}: {report.selector} at {report.budget}{memory}, losses in {report.loss_unit}"


def spent_sentence(report: Report) -> str:
    """Return what a selection cost, measured."""
    said = f"Spent (measured): {_cost(report.spent)}, {format_duration(report.spent.seconds)} of compute."
    if report.reused.samples_processed or report.reused.flops:
        said += f" Found in the ledger: {_cost(report.reused)}."
    return said


def next_step_sentence(step: NextStep) -> str:
    """Return which measurement would change the answer most, and what it costs."""
    cost = "" if step.seconds is None else f", about {format_duration(step.seconds)} of compute (estimated)"
    return f"to be surer, measure {' and '.join(step.models)} at {step.n_samples:,} examples{cost}:"


def reading_lines(report: ReadReport) -> list[str]:
    """Return what happened to the rows of a file or hub data set."""
    lines = [f"  {report.n_rows:,} rows read; {report.columns}"]
    counts = {
        "malformed rows skipped": report.n_bad,
        "rows left out: their input occurred before": report.n_duplicates,
        "rows left out: their input is in a held-out split": report.n_overlapping,
        "rows left out: beyond the limit of their split": report.n_unused,
    }
    lines += [f"  {count:,} {what}" for what, count in counts.items() if count]
    lines += [f"  {note}" for note in report.notes]
    lines += [f"  columns not used: {', '.join(map(repr, report.unused))}"] if report.unused else []
    lines += [f"    {count:,} × {rule}" for rule, count in report.bad]
    return lines + [f"    {example}" for example in report.bad_examples]


def _without_remarks(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "remarks"}


def _ranking_row(row: RankedModel, stratum: Stratum, *, gives_intervals: bool) -> dict[str, Any]:
    measured = [observation for observation in stratum.measured if observation.model == row.model]
    return {
        "rank": row.rank,
        "model": row.model,
        "predicted loss": "" if row.predicted_loss is None else f"{row.predicted_loss:.4f}",
        **({"80 % interval": interval_text(row), "one step back": _one_back(row)} if gives_intervals else {}),
        "measured losses (examples: loss)": "  ".join(map(_loss, measured)),
        "memory (estimated)": memory_text(row.model, stratum),
        "remarks": "; ".join((*([row.status] if row.status != "ok" else []), *filter(None, row.notes))),
    }


def interval_text(row: RankedModel) -> str:
    """Return an 80 % interval, and whether it is to be relied on; "" where there is none."""
    if row.interval is None:
        return ""
    low, high = row.interval
    return f"{low:.3f} to {high:.3f}{' (unreliable)' if 'unseen' in row.flags else ''}"


def _one_back(row: RankedModel) -> str:
    """Return how far off the prediction of the last measured point would have been."""
    return "" if row.error_one_back is None else f"{row.error_one_back:+.1%}"


def _loss(observation: Observation) -> str:
    outcome = observation.status if observation.loss is None else f"{observation.loss:.4f}"
    return f"{observation.n_samples}: {outcome}"


def _cost(cost: Cost) -> str:
    flops = amount_text(cost.flops, ".2g")
    return f"{cost.n_samples:,} samples, {cost.samples_processed:,} samples processed, {flops} FLOPs"


def amount_text(amount: float | None, form: str) -> str:
    """Return a number, or that it is unknown."""
    return "unknown" if amount is None else format(amount, form)


def memory_text(model: str, stratum: Stratum) -> str:
    """Return what fine-tuning a model takes, estimated; "" where nobody asked."""
    if model not in stratum.memory:
        return ""
    estimate = stratum.memory[model]
    return "unknown" if estimate is None else format_bytes(estimate.total)


def download_text(n_bytes: int | None, label: str) -> str:
    """Return the size of a download, and how it is known."""
    if n_bytes == 0:
        return "none"
    return "unknown" if n_bytes is None else f"{format_bytes(n_bytes)} ({label})"
