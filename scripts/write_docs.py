"""Write the documents that are generated.

`docs/hooks.md`, `docs/reference.md` and `docs/api.txt` come from the code, `docs/report.md` from the schema of reports,
`docs/performance.md` from what `make benchmarks` measured, `docs/decisions/index.md` from the records beside it, the
board in README.md from `leaderboards/leaderboards.json`.

`--check` writes nothing and fails where one is not what the code says.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from reference.api_list import api_list
from reference.decisions_page import decisions_page
from reference.hooks_page import hooks_page
from reference.performance_page import performance_page
from reference.readme_board import readme
from reference.reference_page import reference_page
from reference.report_page import report_page

DOCS = Path(__file__).resolve().parent.parent / "docs"
PAGES = {
    "hooks.md": hooks_page,
    "api.txt": api_list,
    "reference.md": reference_page,
    "report.md": report_page,
    "performance.md": performance_page,
    "decisions/index.md": decisions_page,
    "../README.md": readme,
}


def main(arguments: list[str] | None = None) -> None:
    """Write, or check."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, and fail where something would change")
    is_check = parser.parse_args(arguments).check
    stale = [name for name, make in PAGES.items() if _is_stale(DOCS / name, make(), is_check=is_check)]
    if is_check and stale:
        sys.exit(f"out of date: {', '.join(stale)}; run `python scripts/write_docs.py`")


def _is_stale(path: Path, text: str, *, is_check: bool) -> bool:
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        return False
    if not is_check:
        path.write_text(text, encoding="utf-8", newline="\n")
        print(f"wrote {path}")
    return True


if __name__ == "__main__":
    main()
