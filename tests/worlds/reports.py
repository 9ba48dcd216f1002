"""Reports of selections that never were, as `report.json` has them: as many candidates, and as odd, as a test wants."""

from __future__ import annotations

from typing import Any

HOSTILE = (
    "<script>window.hacked = 1</script>",
    "\"><img src=x onerror='window.hacked = 2'>",
    "</script><script>window.hacked = 3</script>",
    "{{ 7 * 7 }} ${window.hacked = 4} `x`",
    "a\x1b[31mred\x07",
    "\u202egpj.exe\u202c right to left \u05d0\u05d1\u05d2",
    "long/" + "x" * 300,
    'quote\'d "and" back\\slashed',
    "&amp; &lt;b&gt;",
)


def row(number: int, name: str, **fields: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """Return a candidate's row: its loss falls from 3 + number/100 at 50 examples on."""
    losses = {size: (3 + number / 100) * (50 / size) ** 0.1 for size in (50, 100, 200, 400)}
    predicted = (3 + number / 100) * (50 / 6400) ** 0.1
    points = [
        {"n_samples": size, "loss": loss, "status": "ok", "seconds": 2.0, "samples_processed": size, "message": ""}
        for size, loss in losses.items()
    ]
    return {
        "rank": number + 1,
        "model": name,
        "status": "ok",
        "score": -predicted,
        "predicted_loss": predicted,
        "interval": [0.95 * predicted, 1.04 * predicted],
        "error_one_back": 0.01,
        "notes": [],
        "flags": [],
        "reading": None,
        "measured": points,
        "memory": {"estimated_bytes": (number + 1) * 2**30, "measured_bytes": None},
        **fields,
    }


def report(rows: list[dict[str, Any]], **fields: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """Return a report with one ranking."""
    cost = {"n_samples": 750 * len(rows), "samples_processed": 1500 * len(rows), "flops": 1e15, "seconds": 250.0}
    return {
        "task": "/data/my rows.csv",
        "selector": "guarded",
        "source": "live",
        "loss_unit": "nats/byte",
        "budget": "1/16 of the training set",
        "choice": "Within 1 h: up to 1/16 of the rows.",
        "d_full": 6400,
        "strata": [{"memory_budget_bytes": None, "ranking": rows}],
        "upgrades": [],
        "spent": cost,
        "reused": {"n_samples": 0, "samples_processed": 0, "flops": 0.0, "seconds": 0.0},
        "recommendation": f"Fine-tune {rows[0]['model']}: it is the best.",
        "recommended": rows[0]["model"],
        "certainty": {"model": rows[0]["model"], "probability": 0.83, "expected_regret": 0.004, "level": []},
        "next_step": None,
        "commands": {"repeat": "audition select 'my rows.csv'", "finetune": f"audition finetune {rows[0]['model']}"},
        "is_interrupted": False,
        "provenance": {
            "audition": "0.1.0",
            "python": "3.11.7",
            "libraries": {"torch": "2.13.0"},
            "seeds": [0],
            "device": "NVIDIA H200",
        },
        **fields,
    }
