"""What documents show is true: commands run, or are at least understood; links lead somewhere; names exist."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from typer.main import get_command

from audition.cli.app import app
from worlds.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCUMENTS = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")

LONG = re.compile(r"tasks check|plugins doctor|select my")  #: what takes more than a few seconds
SHELL = re.compile(r"^(?:[A-Z_]+=\S+ )*audition ", re.MULTILINE)


def commands(language: str) -> Iterator[tuple[Path, str]]:
    """Yield the document and the line of every command in blocks of a language, continued lines as one."""
    for document in DOCUMENTS:
        for found, block in FENCE.findall(document.read_text(encoding="utf-8")):
            if found == language:
                yield from ((document, line) for line in block.replace("\\\n", " ").splitlines())


RUN = [
    pytest.param(line, id=f"{document.name}: {line}", marks=[pytest.mark.slow] if LONG.search(line) else [])
    for document, line in commands("bash")
]
SHOWN = [
    pytest.param(line, id=f"{document.name}: {line}") for document, line in commands("console") if SHELL.match(line)
]


@pytest.fixture
def _files_of_the_pages() -> None:
    """Write what the pages call my.jsonl and curve.csv."""
    rows = [
        {"input": f"what is {number} less {number % 11}", "target": str(number - number % 11)} for number in range(480)
    ]
    Path("my.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    points = {200: 3.1, 400: 2.7, 800: 2.4, 1600: 2.2, 3200: 2.05}
    lines = ["n_samples,loss", *(f"{size},{loss}" for size, loss in points.items())]
    Path("curve.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.mark.usefixtures("_files_of_the_pages")
@pytest.mark.parametrize("command", RUN)
def test_a_documented_command_runs(command: str) -> None:
    words = shlex.split(command, comments=True)
    assert words[0] == "audition", "a block that cannot run anywhere is 'console', not 'bash'"
    done = subprocess.run(
        [sys.executable, "-m", *words],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "COLUMNS": "200"},
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("command", SHOWN)
def test_a_command_that_is_only_shown_is_understood(command: str) -> None:
    words = shlex.split(command, comments=True)
    understood(words[words.index("audition") + 1 :])


@pytest.mark.parametrize(
    "words",
    [["selekt", "flan"], ["select"], ["select", "flan", "--ration", "1/64"], ["plugins", "new", "x", "--kindd"]],
)
def test_a_command_that_does_not_exist_would_be_found(words: list[str]) -> None:
    with pytest.raises(Exception, match=r"[Nn]o such|[Mm]issing"):
        understood(words)


def understood(words: list[str]) -> None:
    """Parse the words of a command as the command line does, down to the command that would run; run nothing."""
    command: Any = get_command(app)
    context = command.make_context("audition", list(words))
    while hasattr(command, "resolve_command"):
        rest = [*context._protected_args, *context.args]  # noqa: SLF001 - as the group itself takes them
        name, command, rest = command.resolve_command(context, rest)
        context = command.make_context(name, rest, parent=context)


def test_the_python_of_the_readme_runs_and_says_what_its_comments_say() -> None:
    (block,) = [
        block for language, block in FENCE.findall((ROOT / "README.md").read_text("utf-8")) if language == "python"
    ]
    names: dict[str, Any] = {}
    exec(block, names)  # noqa: S102 - our own page
    (said,) = re.findall(r'^report\.recommended +# (".*")$', block, re.MULTILINE)
    assert repr(names["report"].recommended) == said.replace('"', "'")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path) -> None:
    for target in LINK.findall(document.read_text(encoding="utf-8")):
        assert (document.parent / target).exists(), target


def test_pages_link_to_pages_alone_so_that_they_lead_somewhere_wherever_they_travel() -> None:
    docs = ROOT / "docs"
    for document in docs.rglob("*.md"):
        for target in LINK.findall(document.read_text(encoding="utf-8")):
            assert (document.parent / target).resolve().is_relative_to(docs), f"{document.name}: {target}"


def test_what_the_page_of_methods_names_in_the_code_is_there() -> None:
    page = (ROOT / "docs" / "methods.md").read_text(encoding="utf-8")
    names = set(re.findall(r"`(audition\.[\w.]+)`", page))
    assert len(names) > 15
    for name in names:
        assert resolves(name), name


def test_the_page_of_data_has_every_folder_and_licence_of_the_registries() -> None:
    page = (ROOT / "docs" / "data.md").read_text(encoding="utf-8")
    provenance = tomllib.loads((ROOT / "registries" / "audition_registries" / "PROVENANCE.toml").read_text("utf-8"))
    paths = {Path(file["path"]) for file in provenance["file"]}
    folders = {"/".join(path.parts[: 2 if path.parts[0] == "tasks" else 1]) for path in paths}
    assert {folder for folder in folders if f"`{folder}/`" not in page} == {"tasks/tasks.json"}
    whole = {file["licence"] for file in provenance["file"] if " " not in file["licence"]}
    assert {licence for licence in whole if licence not in page} == set()


def resolves(name: str) -> bool:
    """Return whether a dotted name is a module, or something in one; a field of a dataclass counts."""
    parts = name.split(".")
    for end in range(len(parts), 0, -1):
        try:
            found: Any = import_module(".".join(parts[:end]))
        except ImportError:
            continue
        for part in parts[end:]:
            if part not in getattr(found, "__annotations__", {}) and not hasattr(found, part):
                return False
            found = getattr(found, part, None)
        return True
    return False
