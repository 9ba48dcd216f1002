from __future__ import annotations

import pytest

from audition.text.durations import format_duration


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "unknown time"),
        (0.4, "0 s"),
        (59.4, "59 s"),
        (59.6, "1 min"),
        (185, "3 min 5 s"),
        (3600, "1 h"),
        (7800, "2 h 10 min"),
    ],
)
def test_times_are_in_two_units_at_most(seconds: float | None, text: str) -> None:
    assert format_duration(seconds) == text
