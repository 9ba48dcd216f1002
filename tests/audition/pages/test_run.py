"""The engineer's page, in a real browser."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from audition.pages.run import run_page
from worlds.browser import Visit, violations, visit
from worlds.reports import HOSTILE, report, row

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.slow


def opened(browser: Browser, whole: dict[str, object], address: str = "", **options: object) -> Visit:
    path = Path("page.html")
    path.write_text(run_page(whole, [("worker-1.log", "Killed </pre><b>by</b> the kernel")]), encoding="utf-8")
    assert path.stat().st_size < 1_500_000
    return visit(browser, path, address, **options)


def names(seen: Visit) -> list[str]:
    return seen.page.locator("#table tbody tr:visible th").all_inner_texts()


def ten() -> dict[str, object]:
    rows = [row(number, f"org/model-{number}") for number in range(9)]
    failed = row(9, "org/broken", rank=None, status="crashed", predicted_loss=None, interval=None, notes=["it fell"])
    return report([*rows, {**failed, "measured": []}])


def test_the_numbers_of_the_report_are_on_the_page(chromium: Browser) -> None:
    whole = ten()
    seen = opened(chromium, whole)
    text = seen.page.inner_text("main")
    assert "Fine-tune org/model-0: it is the best." in text
    assert "83 %" in text
    assert "0.4 %" in text
    first = seen.page.locator("#table tbody tr").first.inner_text()
    rows = whole["strata"][0]["ranking"]  # type: ignore[index]  # JSON
    assert f"{rows[0]['predicted_loss']:.4f}" in first
    assert f"{rows[0]['interval'][0]:.3f} to {rows[0]['interval'][1]:.3f}" in first
    assert "audition finetune org/model-0" in text
    assert "org/broken: crashed: it fell" in text.replace("\n", " ")
    assert seen.errors == []


def test_nothing_leaves_the_page(chromium: Browser) -> None:
    seen = opened(chromium, ten())
    assert [url for url in seen.requests if not url.startswith(("file:", "data:"))] == []


def test_sorting_and_filtering_are_kept_in_the_address(chromium: Browser) -> None:
    seen = opened(chromium, ten())
    seen.page.click("#table button[data-key=bytes]")
    assert names(seen)[0] == "org/model-0"
    seen.page.click("#table button[data-key=bytes]")
    assert names(seen)[0] == "org/broken", "needs the most memory"
    seen.page.fill("#filter", "model-3")
    assert names(seen) == ["org/model-3"]
    assert seen.page.inner_text("#count") == "1 of 10 candidates"
    again = visit(chromium, Path("page.html"), seen.script("location.hash"))
    assert names(again) == ["org/model-3"]
    again.page.fill("#filter", "")
    assert names(again)[0] == "org/broken", "still sorted"


def test_a_pointer_over_a_curve_tells_whose_it_is(chromium: Browser) -> None:
    seen = opened(chromium, ten())
    seen.page.locator("#chart-curves").scroll_into_view_if_needed()
    dot = seen.page.locator("#chart-curves svg g[data-mark=dot] path").first.bounding_box()
    assert dot is not None
    seen.page.mouse.move(dot["x"] + dot["width"] / 2, dot["y"] + dot["height"] / 2)
    assert seen.page.locator("#tip").is_visible()
    assert seen.page.inner_text("#tip").startswith("org/model-")
    assert "(measured)" in seen.page.inner_text("#tip")


def test_a_tick_in_the_table_draws_a_candidate(chromium: Browser) -> None:
    seen = opened(chromium, ten())
    assert "org/model-7" not in seen.page.inner_text("#legend")
    seen.page.check('input[aria-label="Draw org/model-7"]')
    assert "org/model-7" in seen.page.inner_text("#legend")
    assert "org/model-7" in visit(chromium, Path("page.html"), seen.script("location.hash")).page.inner_text("#legend")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1200, 390])
def test_it_is_for_everybody_in_both_themes_and_on_a_phone(chromium: Browser, scheme: str, width: int) -> None:
    seen = opened(chromium, ten(), color_scheme=scheme, viewport={"width": width, "height": 844})
    assert seen.script("document.documentElement.dataset.theme") == scheme
    assert violations(seen) == []
    assert seen.script("document.documentElement.scrollWidth") <= width
    seen.page.click("#theme")
    assert seen.script("document.documentElement.dataset.theme") == {"light": "dark", "dark": "light"}[scheme]
    assert violations(seen) == []
    assert seen.errors == []


def test_hostile_names_are_text_and_nothing_else(chromium: Browser) -> None:
    rows = [row(number, name, notes=[name]) for number, name in enumerate(HOSTILE)]
    whole = report(
        rows, task=HOSTILE[0], recommendation=HOSTILE[1], commands={"repeat": HOSTILE[2], "next": HOSTILE[1]}
    )
    seen = opened(chromium, whole, viewport={"width": 390, "height": 844})
    assert seen.script("window.hacked") is None
    assert seen.errors == []
    assert seen.script("document.documentElement.scrollWidth") <= 390
    shown = names(seen)
    assert shown[0] == HOSTILE[0]
    assert "⟨U+001B⟩" in shown[4]
    assert "⟨U+202E⟩" in shown[5]
    assert seen.page.locator("main img").count() == 0
    assert seen.page.locator("main script").count() == 0
    for box in seen.page.locator("#table .draw").all():
        box.check()
    assert seen.script("window.hacked") is None
    assert violations(seen) == []


def test_a_thousand_candidates_can_be_used_within_a_second(chromium: Browser) -> None:
    whole = report([row(number, f"org/model-{number:04}") for number in range(1000)])
    seen = opened(chromium, whole)
    assert seen.page.locator("#table tbody tr").count() == 1000
    seen.page.fill("#filter", "0777")
    assert names(seen) == ["org/model-0777"]
    assert seen.errors == []


def test_a_report_of_an_older_version_and_one_without_intervals_have_pages(chromium: Browser) -> None:
    whole = ten()
    for new in ("commands", "choice", "certainty", "next_step", "is_interrupted", "recommended", "upgrades"):
        del whole[new]
    for each in whole["strata"][0]["ranking"]:  # type: ignore[index]  # JSON
        for new in ("interval", "error_one_back", "flags", "reading"):
            del each[new]
    seen = opened(chromium, whole)
    assert seen.errors == []
    assert seen.page.locator("#chart-intervals").count() == 0
    assert violations(seen) == []


def test_a_page_can_be_printed_and_used_by_keyboard(chromium: Browser) -> None:
    seen = opened(chromium, ten())
    seen.page.keyboard.press("Tab")
    assert seen.script("document.activeElement.className") == "skip"
    seen.page.focus("#table button[data-key=model]")
    seen.page.keyboard.press("Enter")
    assert seen.page.locator("#table th[aria-sort]").inner_text().startswith("Model")
    assert "Sorted by Model" in seen.page.inner_text("#said")
    seen.page.emulate_media(media="print")
    assert not seen.page.locator("#theme").is_visible()
    assert json.loads(seen.script("document.getElementById('data').textContent"))["n_full"] == 6400


def test_memory_that_decides_nothing_is_not_shown(chromium: Browser) -> None:
    whole = ten()
    whole["provenance"]["device"] = "cpu"  # type: ignore[index]  # JSON
    assert opened(chromium, whole).page.locator("#memory, #table button[data-key=bytes]").count() == 0
    whole["strata"][0]["memory_budget_bytes"] = 2**34  # type: ignore[index]  # likewise
    assert opened(chromium, whole).page.locator("#memory").count() == 1
