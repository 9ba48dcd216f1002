from __future__ import annotations

import base64
import hashlib
import re

import pytest

from audition.pages.document import clean, document


def scripts(page: str) -> list[str]:
    return re.findall(r"<script>(.*?)</script>", page, re.DOTALL)


def test_only_the_scripts_of_the_page_itself_may_run_and_nothing_may_be_fetched() -> None:
    page = document("base.html", "run.js", {}, title="t")
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy is not None
    assert "default-src 'none'" in policy[1]
    allowed = set(re.findall(r"'sha256-([^']+)'", policy[1]))
    digests = {base64.b64encode(hashlib.sha256(each.encode()).digest()).decode() for each in scripts(page)}
    assert allowed == digests
    assert not re.search(r"""(?:src|href)=["']?https?:""", page)


def test_data_cannot_end_the_script_that_holds_it() -> None:
    page = document("base.html", "run.js", {"name": "</script><script>alert(1)</script>"}, title="<b>")
    assert "alert(1)</script>" not in page
    assert "<title>&lt;b&gt;</title>" in page


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b[31mred\x07", "a⟨U+001B⟩[31mred⟨U+0007⟩"),
        ("\u202eexe.gpj", "⟨U+202E⟩exe.gpj"),
        ("lone \ud800 half", "lone ⟨U+D800⟩ half"),
        ("two\r\nlines\tand אבג 漢字 😀", "two\nlines\tand אבג 漢字 😀"),
    ],
)
def test_what_would_move_a_cursor_is_shown_by_its_number(text: str, shown: str) -> None:
    assert clean({text: [text, 1, None]}) == {shown: [shown, 1, None]}
