"""The excerpt of the leaderboards in README.md, from `leaderboards/leaderboards.json`."""

from __future__ import annotations

import json
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
BEGIN, END = "<!-- board: made by scripts/write_docs.py -->", "<!-- end of board -->"
COLUMNS = {
    "RelAcc": ("rel_acc", 1),
    "worst cell": ("worst_rel_acc", 1),
    "PearCorr": ("pear_corr", 1),
    "regret %": ("regret_share", 1),
    "within 5 %": ("within_5", 0),
    "examples %": ("samples_share", 1),
}


def readme() -> str:
    """Return README.md with the overall board of today."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    lines = json.loads((ROOT / "leaderboards" / "leaderboards.json").read_text(encoding="utf-8"))
    rows = [line for line in lines if line["board"] == "overall"]
    heading = f"| selector | {' | '.join(COLUMNS)} |\n|---|{'---:|' * len(COLUMNS)}"
    body = "\n".join(
        f"| {row['selector']} | {' | '.join(_percent(row[name], digits) for name, digits in COLUMNS.values())} |"
        for row in rows
    )
    return f"{before}{BEGIN}\n{heading}\n{body}\n{END}{after}"


def _percent(value: float | None, digits: int) -> str:
    return "–" if value is None else f"{100 * value:.{digits}f}"
