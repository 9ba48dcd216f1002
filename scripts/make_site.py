"""Build leaderboards/site/: the page of all benchmarks that ship, from the rows of `audition bench --json`.

    audition bench --leaderboards leaderboards --format json --output .audition/rows.json
    python scripts/make_site.py .audition/rows.json

The curves of LCDB, on which no leaderboard of language models is made, are judged here besides, at their own ratios.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from audition import bench, page
from audition.bench.joining import read_rows
from audition.bench.printing import print_rows
from audition.errors import UsageError
from audition_plugins.lcdb import data_sets

ROOT = Path(__file__).resolve().parent.parent
RATIOS = "1/8,1/16"  #: of LCDB: smaller ones leave many of its data sets without two sizes


def main() -> int:
    """Write the page; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", type=Path, help="what `audition bench --leaderboards … --format json` wrote")
    arguments = parser.parse_args()
    more = arguments.rows.with_name("lcdb-rows.json")
    known = {row.contestant for row in read_rows(arguments.rows)}
    rows = []
    for task in data_sets():
        try:
            rows += [row for row in bench(task, ratio=RATIOS, progress="none").rows if row.contestant in known]
        except UsageError as error:  # too few sizes at one of the ratios
            print(f"left out: {error}", file=sys.stderr)
    more.write_text(print_rows(rows, "json"), encoding="utf-8")
    print(
        page(
            "bench",
            rows=[arguments.rows, more],
            published=ROOT / "leaderboards" / "paper" / "tables.csv",
            output=ROOT / "leaderboards" / "site",
        )
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
