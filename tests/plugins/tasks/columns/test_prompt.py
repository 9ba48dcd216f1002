from __future__ import annotations

import pytest

from audition.errors import UsageError
from audition_plugins.tasks.columns.prompt import Template
from audition_plugins.tasks.readers.rows import Row, RowError


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("Translate to Chinese: {en}", "Translate to Chinese: hello"),
        ("{n} × {en}{{x}}", "3 × hello{x}"),
        ("{translation.de}", "hallo"),
        ("{{{en}}}", "{hello}"),
    ],
)
def test_a_prompt_is_filled_from_columns(template: str, expected: str) -> None:
    row = Row("my.jsonl:1", {"en": "hello", "n": 3, "translation": {"de": "hallo"}})
    assert Template.parse(template).render(row) == expected


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{en", "prompt '{en': '{' at character 1 has no partner; double a literal brace"),
        ("en} {x}", "prompt 'en} {x}': '}' at character 3 has no partner; double a literal brace"),
        ("Translate", "prompt 'Translate': a prompt must name a column, as in 'Translate: {en}'"),
    ],
)
def test_a_malformed_prompt_is_refused(template: str, expected: str) -> None:
    with pytest.raises(UsageError) as caught:
        Template.parse(template)
    assert str(caught.value) == expected


def test_a_prompt_does_not_write_a_null_into_the_input() -> None:
    with pytest.raises(RowError, match=r"^my\.jsonl:1: 'en' must be text or a number, got None$"):
        Template.parse("{en}").render(Row("my.jsonl:1", {"en": None}))
