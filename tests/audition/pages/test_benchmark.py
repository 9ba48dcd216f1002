"""The researcher's page, in a real browser."""

from __future__ import annotations

from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING

import pytest

from audition import bench
from audition.bench import open_recorded_task
from audition.library.words import load_catalog
from audition.pages.benchmark import bench_page
from worlds.browser import Visit, violations, visit

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from audition.bench import Row

pytestmark = pytest.mark.slow
PUBLISHED = [
    {"table": "1", "metric": "RelAcc", "difference": "0.0"},
    {"table": "1", "metric": "RelAcc", "difference": "-2.5"},
    {"table": "1", "metric": "RelAcc", "difference": ""},
]


@pytest.fixture(scope="module")
def rows() -> tuple[Row, ...]:
    return bench("flan,wmt19", ratio="1/64,1/128", selector="guarded,sub-tuning,zero-shot").rows


@pytest.fixture(scope="module")
def page(rows: tuple[Row, ...]) -> str:
    catalog = load_catalog([])
    losses = {task: open_recorded_task(catalog, task).full_losses for task in ("flan", "wmt19")}
    return bench_page(rows, losses, benchmarks=dict.fromkeys(losses, "paper"), published=PUBLISHED)


def opened(browser: Browser, page: str, address: str = "", **options: object) -> Visit:
    Path("page.html").write_text(page, encoding="utf-8")
    return visit(browser, Path("page.html"), address, **options)


def cells(seen: Visit, table: str) -> list[list[str]]:
    return [line.locator("th, td").all_inner_texts() for line in seen.page.locator(f"{table} tbody tr").all()]


def test_the_board_is_of_the_rows_as_python_computes_it(chromium: Browser, page: str, rows: tuple[Row, ...]) -> None:
    seen = opened(chromium, page)
    found = {line[0]: line[1:] for line in cells(seen, "#table")}
    for selector in ("guarded", "sub-tuning", "zero-shot"):
        own = [row.quality for row in rows if row.selector == selector]
        accuracies = [each.rel_acc for each in own if each.rel_acc is not None]
        regrets = [each.regret_share for each in own if each.regret_share is not None]
        assert found[selector][0] == f"{100 * fmean(accuracies):.1f}"
        assert found[selector][1] == f"{100 * min(accuracies):.1f}"
        assert float(found[selector][4]) == pytest.approx(100 * fmean(regrets), abs=0.006)
        assert found[selector][6] == f"{100 * fmean(each <= 0.02 for each in regrets):.0f}"
    assert seen.errors == []


def test_filters_choose_the_cells_and_stay_in_the_address(chromium: Browser, page: str, rows: tuple[Row, ...]) -> None:
    seen = opened(chromium, page)
    seen.page.select_option("#by-task", "wmt19")
    seen.page.select_option("#by-ratio", "1/128")
    (row,) = [row for row in rows if (row.task, str(row.ratio), row.selector) == ("wmt19", "1/128", "sub-tuning")]
    again = opened(chromium, page, seen.script("location.hash"))
    for each in (seen, again):
        found = {line[0]: line[1:] for line in cells(each, "#table")}
        assert found["sub-tuning"][0] == f"{100 * (row.quality.rel_acc or 0):.1f}"
        assert each.page.inner_text("#count") == "1 cells a selector"


def test_each_cell_opens_the_ranking_that_it_made(chromium: Browser, page: str, rows: tuple[Row, ...]) -> None:
    seen = opened(chromium, page)
    seen.page.click("#table >> text=zero-shot")
    assert seen.page.inner_text("#cells") == "Cells of zero-shot"
    seen.page.locator("#cell-table tbody tr", has_text="flan").first.locator("button").click()
    (row,) = [row for row in rows if (row.task, str(row.ratio), row.selector) == ("flan", "1/64", "zero-shot")]
    shown = cells(seen, "#ranking-table")
    assert tuple(line[1] for line in shown) == row.ranking
    losses = open_recorded_task(load_catalog([]), "flan").full_losses
    assert [line[3] for line in shown] == [f"{losses[model]:.4f}" for model in row.ranking]
    assert seen.script("document.activeElement.id") == "ranking-title"


def test_sorting_puts_the_best_first_and_can_be_turned_round(chromium: Browser, page: str) -> None:
    seen = opened(chromium, page)
    seen.page.click("#table button[data-key=pear]")
    values = [float(line[3]) for line in cells(seen, "#table")]
    assert values == sorted(values, reverse=True)
    seen.page.click("#table button[data-key=pear]")
    assert [float(line[3]) for line in cells(seen, "#table")] == sorted(values)


def test_certainty_is_held_against_what_came_true(chromium: Browser, page: str, rows: tuple[Row, ...]) -> None:
    seen = opened(chromium, page)
    shown = cells(seen, "#calibration-table")
    said = [row for row in rows if row.probability is not None]
    assert sum(int(line[4]) for line in shown) == len(said) > 0
    came_true = sum(row.quality.regret_share is not None and row.quality.regret_share <= 0.02 for row in said)
    assert sum(round(float(line[3]) * int(line[4])) for line in shown) == came_true


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1200, 390])
def test_it_is_for_everybody_in_both_themes_and_on_a_phone(
    chromium: Browser, page: str, scheme: str, width: int
) -> None:
    seen = opened(chromium, page, color_scheme=scheme, viewport={"width": width, "height": 844})
    seen.page.locator("#cell-table tbody button").first.click()
    assert violations(seen) == []
    assert seen.script("document.documentElement.scrollWidth") <= width
    assert [url for url in seen.requests if not url.startswith(("file:", "data:"))] == []
    assert seen.errors == []


def test_the_paper_stands_beside_ours(chromium: Browser, page: str) -> None:
    text = opened(chromium, page).page.inner_text("section:has(#paper)")
    assert "1\tRelAcc\t2\t1\t1\t2.5" in text
