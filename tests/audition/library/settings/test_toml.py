from __future__ import annotations

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from audition.library.settings.toml import comment, toml_line

TEXTS = st.text(st.characters(codec="utf-8"))


@given(st.one_of(TEXTS, st.integers(-(2**63), 2**63 - 1), st.booleans(), st.floats(0, 1e18), st.lists(TEXTS)))
def test_what_is_written_is_what_is_read(value: str | float | bool | list[str]) -> None:
    assert tomllib.loads(toml_line("key", value)) == {"key": value}


@given(TEXTS)
def test_no_text_gets_out_of_a_comment(text: str) -> None:
    assert tomllib.loads(comment(text)) == {}
