"""A real headless Chromium, and what a page said and asked for in it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page


@dataclass
class Visit:
    """An opened page, what went wrong in it and what it asked of a network."""

    page: Page
    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def script(self, text: str) -> Any:  # noqa: ANN401 - whatever the script returns
        """Return what JavaScript evaluates to in the page."""
        return self.page.evaluate(text)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Return Debian's Chromium; `make browser` installs it."""
    from playwright.sync_api import sync_playwright

    path = shutil.which("chromium")
    if path is None:
        pytest.skip("no chromium here: `make browser` installs it")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


def visit(browser: Browser, path: Path, address: str = "", **options: Any) -> Visit:  # noqa: ANN401 - of a context
    """Open a file as somebody would who clicks on it; `address` is what follows the file's name."""
    page = browser.new_context(**{"viewport": {"width": 1200, "height": 900}, **options}).new_page()
    seen = Visit(page)
    page.on(
        "console", lambda message: seen.errors.append(message.text) if message.type in ("error", "warning") else None
    )
    page.on("pageerror", lambda error: seen.errors.append(str(error)))
    page.on("request", lambda request: seen.requests.append(request.url))
    page.goto(path.resolve().as_uri() + address)
    page.wait_for_selector("#chart-curves svg, #chart-pareto svg, #chart-curves p")
    return seen


def violations(seen: Visit) -> list[str]:
    """Return what axe-core finds wrong with the page for people who read it otherwise than by eye and mouse."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(seen.page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]})
    return [
        f"{each['id']}: {each['help']} ({len(each['nodes'])} times, first {each['nodes'][0]['html'][:120]})"
        for each in found.response["violations"]
    ]
