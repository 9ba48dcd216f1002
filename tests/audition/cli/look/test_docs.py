from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from audition.cli.look import docs
from audition.errors import UsageError
from worlds.command import audition
from worlds.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def test_every_page_of_the_folder_is_a_topic_and_the_index_is_the_first() -> None:
    listed = json.loads(audition("docs", "--json").stdout)
    names = [each["topic"] for each in listed]
    assert names[0] == "index"
    assert {f"{name}.md" for name in names} == {
        path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.md")
    }
    assert all(each["title"] for each in listed)


def test_the_list_is_a_table_for_people() -> None:
    lines = audition("docs").stdout.splitlines()
    assert lines[0].split() == ["topic", "title"]
    assert any(line.startswith("recipes ") and line.endswith("Recipes") for line in lines)


@pytest.mark.parametrize("name", ["recipes", "recipes.md", "Recipes"])
def test_a_page_is_printed_as_it_is_where_nobody_watches(name: str) -> None:
    assert audition("docs", name).stdout == (ROOT / "docs" / "recipes.md").read_text(encoding="utf-8")


def test_the_last_part_of_a_name_is_enough() -> None:
    page = json.loads(audition("docs", "0014-guarded", "--json").stdout)
    assert page["topic"] == "decisions/0014-guarded"
    assert page["text"].startswith("# 0014")


def test_an_unknown_topic_is_one_line_with_those_that_are_close() -> None:
    result = audition("docs", "recipies", code=2)
    assert result.stderr == "error: no topic called 'recipies'. Did you mean recipes?\n"


def test_a_last_part_that_two_pages_have_names_neither(tmp_path: Path) -> None:
    for place in ("one", "two"):
        (tmp_path / place).mkdir()
        (tmp_path / place / "same.md").write_text("# Same\n", encoding="utf-8")
    topics = docs.find_topics(tmp_path)
    with pytest.raises(UsageError, match="Did you mean"):
        docs.choose(topics, "same")


def test_a_page_is_laid_out_in_a_terminal() -> None:
    master, terminal = os.openpty()
    command = [sys.executable, "-m", "audition", "docs", "recipes"]
    with subprocess.Popen(command, stdout=terminal) as process:
        os.close(terminal)
        printed = b"".join(_read(master)).decode()
    os.close(master)
    assert process.returncode == 0
    assert "Recipes" in printed
    assert "```" not in printed


def _read(terminal: int) -> Iterator[bytes]:
    with suppress(OSError):  # Linux says so when nobody holds the other end any more
        while some := os.read(terminal, 65536):
            yield some
