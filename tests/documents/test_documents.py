from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from audition.cli.app import Root
from worlds.paths import ROOT

if TYPE_CHECKING:
    from pathlib import Path

DOCUMENTS = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")

LONG = re.compile(r"tasks check|plugins doctor")  #: what takes more than a few seconds
COMMANDS = [
    pytest.param(line, id=f"{document.name}: {line}", marks=[pytest.mark.slow] if LONG.search(line) else [])
    for document in DOCUMENTS
    for language, block in FENCE.findall(document.read_text(encoding="utf-8"))
    if language == "bash"
    for line in block.splitlines()
]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_documented_command_runs(command: str) -> None:
    words = command.partition("#")[0].split()
    assert words[0] == "audition", "a block that cannot run anywhere is 'console', not 'bash'"
    done = subprocess.run(
        [sys.executable, "-m", *words],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "COLUMNS": "200"},
    )
    assert done.returncode == 0, done.stderr


def test_the_python_of_the_readme_runs_and_says_what_its_comments_say() -> None:
    (block,) = [
        block for language, block in FENCE.findall((ROOT / "README.md").read_text("utf-8")) if language == "python"
    ]
    names: dict[str, Any] = {}
    exec(block, names)  # noqa: S102 - our own page
    (said,) = re.findall(r'^report\.recommended +# (".*")$', block, re.MULTILINE)
    assert repr(names["report"].recommended) == said.replace('"', "'")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_commands_that_are_shown_exist(document: Path) -> None:
    for language, block in FENCE.findall(document.read_text(encoding="utf-8")):
        if language == "console":
            shown = re.findall(r"^audition (\w+)", block, re.MULTILINE)
            assert set(shown) <= set(Root.lazy), document


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path) -> None:
    for target in LINK.findall(document.read_text(encoding="utf-8")):
        assert (document.parent / target).exists(), target
