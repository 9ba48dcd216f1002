"""What is generated from the code or from other pages is what would be generated now."""

from __future__ import annotations

import re

import pytest

import write_docs
from reference.api_list import MODULES, public_names
from worlds.paths import ROOT


@pytest.mark.parametrize("name", write_docs.PAGES)
def test_a_generated_page_is_up_to_date(name: str) -> None:
    kept = (ROOT / "docs" / name).read_text(encoding="utf-8")
    assert kept == write_docs.PAGES[name](), "run `python scripts/write_docs.py`"


def test_the_reference_has_every_public_function_once() -> None:
    page = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
    headings = re.findall(r"^### (.+)$", page, re.MULTILINE)
    assert len(headings) == len(set(headings))
    assert {"audition.select", "audition.finetune", "audition.bench", "audition.fit", "audition.plan_memory"} <= {
        *headings
    }
    shown = {heading.rpartition(".")[2] for heading in headings}
    assert {name for name in public_names("audition.laws") if name != "FitObjective"} <= shown
    assert [heading for heading in headings if heading.rpartition(".")[0] not in MODULES] == []
