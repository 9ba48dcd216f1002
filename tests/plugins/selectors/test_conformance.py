"""Every first-party selector, and the variants of two, passes the public conformance tests."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from audition.testing import SelectorConformance
from audition_plugins.selectors import audition_selectors

ENTRIES = {entry.name: entry for entry in audition_selectors()}
VARIANTS: dict[str, tuple[str, dict[str, Any]]] = {
    "ats as published": ("ats", {"final_line": "published"}),
    "ats with k = 4": ("ats", {"k": 4}),
    "our-fit at its optimum": ("our-fit", {"fit": "optimum"}),
}
UNDER_TEST = {
    **ENTRIES,
    **{
        name: replace(ENTRIES[entry], make=partial(ENTRIES[entry].make, **options))
        for name, (entry, options) in VARIANTS.items()
    },
}


@pytest.mark.parametrize("entry", UNDER_TEST.values(), ids=UNDER_TEST)
class TestFirstPartySelectors(SelectorConformance):
    """The checks are the public ones; not even rounding may depend on the order of candidates."""

    rounding = 0.0
