"""The page of one selection, for who has to choose: what to take, how sure that is, and why."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from audition.pages.document import document
from audition.text.durations import format_duration
from audition.text.sizes import format_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Row = Mapping[str, Any]

LOUD = frozenset({"rises", "spikes", "no-freedom", "far-below", "unseen"})  #: flags that warn
DRAWN = 5  #: candidates whose curves stand out at first


def run_page(report: Mapping[str, Any], logs: Sequence[tuple[str, str]] = ()) -> str:
    """Return the page of a report as `report.json` holds it; one of an older version lacks what came later.

    Args:
        report: the report.
        logs: name and last lines of what workers wrote, where candidates failed.
    """
    strata = report["strata"]
    rows = strata[-1]["ranking"] if strata else []
    name = PurePath(report["task"]).name
    return document(
        "run.html",
        "run.js",
        _drawn(report, rows),
        title=f"{name}: which model to fine-tune",
        task_name=name,
        report=report,
        sure=report.get("certainty") or {},
        commands=report.get("commands") or {},
        facts=_facts(report, rows),
        rows=[_row(each) for each in rows],
        gives_intervals=any(each.get("interval") for each in rows),
        n_intervals=sum(bool(each.get("interval")) for each in rows),
        gives_memory=_tells_memory(report, rows),
        strata=[_stratum(each) for each in strata] if len(strata) > 1 else [],
        upgrades=report.get("upgrades") or [],
        failures=[each for each in rows if each["status"] != "ok"],
        logs=[{"name": log, "tail": tail} for log, tail in logs],
        remarks=_remarks(rows),
        versions=_versions(report),
        n_loud=sum(bool(LOUD.intersection(each.get("flags") or ())) for each in rows),
    )


def _tells_memory(report: Mapping[str, Any], rows: Sequence[Row]) -> bool:
    """Return whether memory decides anything: it was limited, or it is that of a GPU, and it is known of several."""
    is_limited = any(each["memory_budget_bytes"] for each in report["strata"])
    is_gpu = report["provenance"].get("device") not in (None, "cpu")
    return (is_limited or is_gpu) and sum(bool(row["memory"]["estimated_bytes"]) for row in rows) > 1


def _drawn(report: Mapping[str, Any], rows: Sequence[Row]) -> dict[str, Any]:
    """Return what the script draws."""
    return {
        "unit": report["loss_unit"],
        "n_full": report["d_full"],
        "n_drawn": DRAWN,
        "budgets": [each["memory_budget_bytes"] for each in report["strata"] if each["memory_budget_bytes"]],
        "models": [
            {
                "name": each["model"],
                "rank": each["rank"],
                "predicted": each["predicted_loss"],
                "interval": each.get("interval"),
                "points": sorted(
                    [point["n_samples"], point["loss"]]
                    for point in each["measured"]
                    if point["loss"] is not None and point["n_samples"]
                ),
                "zero": next(
                    (p["loss"] for p in each["measured"] if not p["n_samples"] and p["loss"] is not None), None
                ),
                "bytes": each["memory"]["estimated_bytes"],
            }
            for each in rows
        ],
    }


def _row(row: Row) -> dict[str, Any]:
    """Return a candidate's line of the table; numbers besides as they are sorted by."""
    points = [point for point in row["measured"] if point["loss"] is not None]
    largest = max(points, key=lambda point: point["n_samples"], default=None)
    seconds = sum(point["seconds"] or 0.0 for point in row["measured"])
    n_bytes = row["memory"]["estimated_bytes"]
    return {
        **row,
        "largest": largest,
        "interval": row.get("interval") or (),
        "error_one_back": row.get("error_one_back"),
        "flags": [{"name": flag, "is_loud": flag in LOUD} for flag in row.get("flags") or ()],
        "seconds": seconds,
        "time": format_duration(seconds) if seconds else "",
        "memory_text": format_bytes(n_bytes) if n_bytes else "",
        "bytes": n_bytes or 0,
    }


def _facts(report: Mapping[str, Any], rows: Sequence[Row]) -> dict[str, Any]:
    """Return what a selection cost and what it saved."""
    cost, known = report["spent"], report["reused"]
    asked = cost["n_samples"] + known["n_samples"]
    everything = len([row for row in rows if row["measured"]]) * report["d_full"]
    return {
        "time": format_duration(cost["seconds"]),
        "processed": cost["samples_processed"],
        "flops": cost["flops"],
        "known": format_duration(known["seconds"]) if known["seconds"] else "",
        "asked": asked,
        "everything": everything,
        "share": asked / everything if everything else None,
    }


def _stratum(stratum: Mapping[str, Any]) -> dict[str, Any]:
    rows = stratum["ranking"]
    best = rows[0] if rows and rows[0]["rank"] else None
    budget = stratum["memory_budget_bytes"]
    return {
        "budget": "no limit" if budget is None else format_bytes(budget),
        "n_models": sum(row["status"] != "does-not-fit" for row in rows),
        "best": best["model"] if best else "",
        "predicted": best["predicted_loss"] if best else None,
        "memory": format_bytes(best["memory"]["estimated_bytes"]) if best and best["memory"]["estimated_bytes"] else "",
    }


def _remarks(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return what was remarked of candidates, each remark once, with the models that it is of."""
    found: dict[str, list[str]] = {}
    for row in rows:
        for note in row["notes"] if row["status"] == "ok" else ():
            if note:
                found.setdefault(note, []).append(row["model"])
        reading = row.get("reading") or {}
        for field, words in (("cut_inputs", "training inputs cut"), ("cut_targets", "training targets cut")):
            if reading.get(field):
                found.setdefault(f"{reading[field]:.1%} of the {words} (measured)", []).append(row["model"])
    return [{"text": text, "models": models} for text, models in found.items()]


def _versions(report: Mapping[str, Any]) -> list[tuple[str, str]]:
    made = report["provenance"]
    libraries = made.get("libraries") or {}
    found = {
        "audition": made.get("audition"),
        "Python": made.get("python"),
        **libraries,
        "platform": made.get("platform"),
        "device": made.get("device"),
        "recipe": (made.get("recipe") or {}).get("name"),
        "seeds": ", ".join(map(str, made.get("seeds") or [])),
        "rows (fingerprint)": made.get("task_fingerprint"),
        "started": made.get("started_at"),
    }
    return [(name, str(value)) for name, value in found.items() if value]
