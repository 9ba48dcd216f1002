"""Runs as a ledger keeps them, for people: a row each, a page of one, the difference of two.

A run of an older version lacks what came later; whatever is missing is left out.
"""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from audition.cli.show.short import shorten
from audition.finetuning.expected import sentence
from audition.text.durations import format_duration
from audition.text.tables import render

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    Run = Mapping[str, Any]

#: of a run, what another may have been asked otherwise: heading, and where it is
ASKED = {
    "task": ("task",),
    "selector": ("selector",),
    "budget": ("budget",),
    "recipe": ("provenance", "recipe", "name"),
    "seeds": ("provenance", "seeds"),
    "loss unit": ("loss_unit",),
    "rows": ("d_full",),
    "rows are the same": ("provenance", "task_fingerprint"),
    "device": ("provenance", "device"),
    "audition": ("provenance", "audition"),
    "torch": ("provenance", "libraries", "torch"),
    "transformers": ("provenance", "libraries", "transformers"),
}


def row(run: Run) -> dict[str, Any]:
    """Return a run as a row of the list."""
    report = run["report"]
    best = winner(report)
    return {
        "run": run["id"],
        "state": state(report),
        "winner": shorten(best["model"]) if best else "",
        "predicted": _decimals(best["predicted_loss"] if best else None),
    }


def as_listed(run: Run) -> dict[str, Any]:
    """Return a run as the list has it in JSON; `show` has the rest."""
    report = run["report"]
    best = winner(report)
    return {
        "id": run["id"],
        "kind": kind(report),
        "state": state(report),
        "finished_at": run["finished_at"],
        "folder": run["folder"],
        "task": report["task"],
        "selector": report["selector"],
        "budget": report["budget"],
        "recipe": _at(report, "provenance", "recipe", "name") or report.get("recipe"),
        "seeds": _at(report, "provenance", "seeds"),
        "winner": best["model"] if best else None,
        "predicted_loss": best["predicted_loss"] if best else None,
        "measured_loss": _at(report, "observation", "loss_per_byte"),
        "report": report["recommendation"],
        "command": _at(report, "commands", "repeat"),
    }


def kind(report: Mapping[str, Any]) -> str:
    """Return what was run."""
    return str(report.get("kind", "selection"))


def state(report: Mapping[str, Any]) -> str:
    """Return how far a run is; before there were states, only what had finished was kept."""
    return str(report.get("state", "finished"))


def winner(report: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the row of the first of the last ranking; None: there is no ranking, or nobody has a score."""
    rows = report["strata"][-1]["ranking"] if report["strata"] else []
    return rows[0] if rows and rows[0]["rank"] else None


def page(run: Run) -> Iterator[str]:
    """Yield the lines that show one run."""
    report = run["report"]
    yield f"{run['id']}: {kind(report)}, {state(report)} {run['finished_at'][:19]} UTC"
    for heading, places in ASKED.items():
        value = _at(report, *places)
        if value is not None and heading != "rows are the same":
            yield f"  {heading}: {value}"
    if report.get("choice"):
        yield f"  {report['choice']}"
    if report.get("error"):
        yield f"  {report['error']}"
    for stratum in report["strata"]:
        yield ""
        yield render([_ranked(each) for each in stratum["ranking"]], right=("predicted", "80 % interval", "measured"))
    yield from _outcome(report)
    yield run["folder"]


def _outcome(report: Mapping[str, Any]) -> Iterator[str]:
    if report["recommendation"]:
        yield f"\n{report['recommendation']}"
    if _at(report, "observation", "loss_per_byte") is not None:
        yield f"  test loss (measured): {report['observation']['loss_per_byte']:.4f} nats/byte"
    if report.get("prediction"):
        yield f"  {sentence(report['prediction'])}"
    for name in ("spent", "reused"):
        cost = report.get(name)
        if cost:
            time = format_duration(cost["seconds"])
            yield f"  {name} (measured): {cost['samples_processed']:,} samples processed, {time}"
    for name, command in (report.get("commands") or {}).items():
        yield f"{name}:\n  {command}"


def difference(one: Run, other: Run) -> dict[str, Any]:
    """Return what was asked otherwise, and where each candidate stands in both.

    Keys: "settings" and "candidates", each the rows of a table.
    """
    asked = []
    for heading, places in ASKED.items():
        values = _at(one["report"], *places), _at(other["report"], *places)
        if values[0] != values[1]:
            shown = ("", "no") if heading == "rows are the same" else values
            asked.append({"": heading, one["id"]: shown[0], other["id"]: shown[1]})
    first, second = _rows(one["report"]), _rows(other["report"])
    names = list(dict.fromkeys(name for pair in zip_longest(first, second) for name in pair if name is not None))
    return {"settings": asked, "candidates": [_compared(name, first.get(name), second.get(name)) for name in names]}


def _compared(name: str, first: Mapping[str, Any] | None, second: Mapping[str, Any] | None) -> dict[str, Any]:
    losses = [None if each is None else each["predicted_loss"] for each in (first, second)]
    before, after = losses
    change = None if before is None or after is None else after / before - 1
    return {
        "model": shorten(name),
        "rank": None if first is None else first["rank"],
        "then": None if second is None else second["rank"],
        "predicted": None if before is None else round(before, 4),
        "then predicted": None if after is None else round(after, 4),
        "change": None if change is None else f"{change:+.1%}",
    }


def _rows(report: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {each["model"]: each for each in (report["strata"][-1]["ranking"] if report["strata"] else ())}


def _ranked(each: Mapping[str, Any]) -> dict[str, Any]:
    measured = [point for point in each["measured"] if point["loss"] is not None]
    largest = max(measured, key=lambda point: point["n_samples"], default=None)
    low, high = each.get("interval") or (None, None)
    outcome = each["status"]
    if outcome == "ok" and largest is not None:
        outcome = f"{largest['loss']:.4f} at {largest['n_samples']:,}"
    return {
        "rank": each["rank"],
        "model": shorten(each["model"]),
        "predicted": _decimals(each["predicted_loss"]),
        "80 % interval": "" if low is None or high is None else f"{low:.3f} to {high:.3f}",
        "measured": outcome,
    }


def _at(value: Any, *places: str) -> Any:  # noqa: ANN401 - JSON
    for place in places:
        value = value.get(place) if isinstance(value, dict) else None
    return value


def _decimals(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"
