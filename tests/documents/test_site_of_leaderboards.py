from __future__ import annotations

import json
import re
from importlib.resources import files

from worlds.paths import ROOT

SITE = ROOT / "leaderboards" / "site" / "index.html"


def test_the_page_that_is_kept_is_of_the_present_scripts_and_style() -> None:
    page = SITE.read_text(encoding="utf-8")
    assets = files("audition.pages") / "assets"
    for name in ("common.js", "bench.js", "style.css"):
        assert (assets / name).read_text(encoding="utf-8") in page, "run `make leaderboards`"
    assert len(page.encode()) < 1_500_000


def test_the_page_has_the_cells_of_the_leaderboards() -> None:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', SITE.read_text(encoding="utf-8"))
    assert found is not None
    cells = {(row[0], row[1], row[2], row[3]): row[4] for row in json.loads(found[1])["rows"]}
    lines = (ROOT / "leaderboards" / "cells.csv").read_text(encoding="utf-8").splitlines()
    heading = lines[0].split(",")
    place = [heading.index(name) for name in ("selector", "task", "ratio", "stratum", "rel_acc")]
    for line in lines[1:]:
        selector, task, ratio, stratum, rel_acc = (line.split(",")[number] for number in place)
        assert abs((cells[selector, task, ratio, stratum] or 0) - float(rel_acc or 0)) < 1e-3
