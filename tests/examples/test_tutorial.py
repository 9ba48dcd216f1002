"""docs/writing-plugins.md is cut from `examples/audition-toy`, and leaves nothing of its module out."""

from __future__ import annotations

import re

import pytest

from worlds.paths import ROOT

TOY = ROOT / "examples" / "audition-toy"
TUTORIAL = (ROOT / "docs" / "writing-plugins.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(?:python|toml)\n(.*?)^```$", TUTORIAL, re.MULTILINE | re.DOTALL)
FILES = [path.read_text(encoding="utf-8") for path in [*TOY.rglob("*.py"), TOY / "pyproject.toml"]]


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.splitlines()[0])
def test_a_block_of_the_tutorial_is_in_the_example_as_it_stands(block: str) -> None:
    assert any(f"\n{block}" in text for text in FILES), block


def test_the_tutorial_shows_every_statement_of_the_module() -> None:
    rest = (TOY / "audition_toy.py").read_text(encoding="utf-8")
    for block in BLOCKS:
        rest = rest.replace(block, "")
    assert [line for line in rest.splitlines() if line] == [
        '"""A plugin for audition: one selector and one model."""',
        "from __future__ import annotations",
    ]


def test_the_tutorial_knows_every_kind() -> None:
    from audition.plugins.scaffolding import TEMPLATES

    for kind in TEMPLATES:
        assert re.search(rf"^\| {kind} \| `audition_{kind}s` \|", TUTORIAL, re.MULTILINE), kind
