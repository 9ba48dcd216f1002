"""What a selection predicted, set beside what the fine-tuning measured."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from audition.types.requests import EVALUATION

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from audition.measuring.ledger import Ledger
    from audition.types import Observation

CLOSEST = 3  #: of the other candidates, named


def latest_prediction(ledger: Ledger, model: str, fingerprint: str) -> dict[str, Any] | None:
    """Return what the latest selection predicted of `model` on the whole task, and of the others; None: nothing.

    Args:
        ledger: it was made with.
        model: that is fine-tuned.
        fingerprint: of the task: rows that have changed are another task.
    """
    for run in ledger.runs():
        report = run["report"]
        is_same = report.get("provenance", {}).get("task_fingerprint") == fingerprint
        ranking = report["strata"][-1]["ranking"] if is_same and report["strata"] else []
        row = next((each for each in ranking if each["model"] == model), None)
        if row is not None and row["predicted_loss"] is not None:
            others = [each for each in ranking if each["model"] != model and each["predicted_loss"] is not None]
            return {
                "run": run["id"],
                "loss_unit": report["loss_unit"],
                "n_samples": report["d_full"],
                "rank": row["rank"],
                "predicted_loss": row["predicted_loss"],
                "interval": row.get("interval"),
                "others": [
                    {"model": each["model"], "predicted_loss": each["predicted_loss"], "interval": each.get("interval")}
                    for each in others
                ],
            }
    return None


def with_measured(prediction: Mapping[str, Any], observation: Observation) -> dict[str, Any]:
    """Return the prediction with the loss that was measured, and how far it was off: predicted / measured − 1."""
    measured = observation.in_unit(prediction["loss_unit"]).loss
    interval = prediction["interval"]
    return {
        **prediction,
        "measured_loss": measured,
        "error": prediction["predicted_loss"] / measured - 1 if measured else None,
        "is_within_interval": interval[0] <= measured <= interval[1] if interval and measured is not None else None,
    }


def sentence(prediction: Mapping[str, Any]) -> str:
    """Return predicted beside measured, and where the others would have been, as people read it."""
    said = f"Predicted {prediction['predicted_loss']:.4f}"
    if prediction["interval"]:
        low, high = prediction["interval"]
        where = "inside" if prediction["is_within_interval"] else "outside"
        said += f" (80 % interval {low:.4f} to {high:.4f}), measured {prediction['measured_loss']:.4f}, {where} it"
    else:
        said += f", measured {prediction['measured_loss']:.4f}"
    said += f": the prediction was {_off(prediction['error'])}. By run {prediction['run']}."
    others = sorted(prediction["others"], key=lambda each: each["predicted_loss"])
    better = [each for each in others if each["predicted_loss"] < prediction["measured_loss"]]
    named = ", ".join(f"{each['model']} {each['predicted_loss']:.4f}" for each in others[:CLOSEST])
    if named:
        count = len(better) or "none"
        said += f" Of {len(others)} others, {count} had a lower loss predicted than it reached; the lowest: {named}."
    return said


def write_beside(folder: Path, prediction: Mapping[str, Any]) -> None:
    """Add the prediction to the evaluation that a fine-tuning left in `folder`."""
    path = folder / EVALUATION
    evaluation = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**evaluation, "prediction": prediction}, indent=2) + "\n", encoding="utf-8")


def _off(error: float | None) -> str:
    if error is None:
        return "of another unit"
    return f"{abs(error):.1%} too {'high' if error > 0 else 'low'}" if round(error, 3) else "right"
