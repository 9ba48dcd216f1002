"""`audition plugins new`: what it writes is listed once it is installed, and passes its own tests."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from audition.cli.app import app

if TYPE_CHECKING:
    from typer.testing import Result

    from worlds.throwaway import Site

OFFERS = {
    "adapter": ("plugins", "my-idea"),
    "model": ("models", "my-idea/pythia-14m"),
    "task": ("tasks", "my-idea/roman"),
    "selector": ("selectors", "my-idea"),
    "executor": ("plugins", "my-idea"),
}  #: which noun lists what, by kind
SKIPPED = {"executor": ["it takes no option 'timeout'"]}  #: reasons, by kind
every_kind = pytest.mark.parametrize("kind", OFFERS)


def new(*arguments: str, code: int = 0) -> Result:
    result = CliRunner().invoke(app, ["plugins", "new", *arguments])
    assert result.exit_code == code, result.output
    return result


def written(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in files}


@every_kind
def test_a_new_plugin_that_is_installed_is_listed(kind: str, site: Site) -> None:
    new("audition-my-idea", f"--{kind}")
    folder = Path("audition-my-idea")
    project: dict[str, Any] = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (module,) = folder.glob("*.py")
    entry_points = project["entry-points"]["audition"]
    site.install(project["name"], {module.stem: module.read_text(encoding="utf-8")}, plugins=entry_points)
    records = json.loads(CliRunner().invoke(app, ["plugins", "--json"]).stdout)
    (record,) = [record for record in records if record["distribution"] == "audition-my-idea"]
    assert (record["name"], record["status"], record["hooks"]) == ("my-idea", "loaded", [f"audition_{kind}s"])
    noun, name = OFFERS[kind]
    assert name in {entry["name"] for entry in json.loads(CliRunner().invoke(app, [noun, "--json"]).stdout)}


@pytest.mark.slow
@every_kind
def test_a_new_plugin_passes_its_own_tests(kind: str, tmp_path: Path) -> None:
    folder = tmp_path / "new"
    new("my-idea", f"--{kind}", "--output", str(folder))
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", "-W", "error"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^\d\d passed", done.stdout, re.MULTILINE), done.stdout
    assert re.findall(r"^SKIPPED .*?: (?!\d)(.*)$", done.stdout, re.MULTILINE) == SKIPPED.get(kind, [])


@every_kind
def test_every_file_is_whole(kind: str) -> None:
    told = new("audition-my-idea", f"--{kind}").stdout
    files = written(Path("audition-my-idea"))
    assert set(files) == {
        "pyproject.toml",
        "README.md",
        ".github/workflows/test.yml",
        "audition_my_idea.py",
        "tests/test_audition_my_idea.py",
    }
    for path, text in files.items():
        assert f"audition-my-idea/{path}" in told
        assert not re.search(r"(?<!\$)\{\{|\{%", text), path
        assert text.endswith("\n")
        assert not text.endswith("\n\n")
    assert "python-version: ${{ matrix.python }}\n      - run: " in files[".github/workflows/test.yml"]
    assert "`my-idea` in `pyproject.toml`.\n" in files["README.md"]


def test_the_folder_is_called_as_the_plugin_unless_it_is_told_otherwise() -> None:
    new("my-idea", "--selector")
    new("my-idea", "--selector", "--output", "some/where")
    assert written(Path("my-idea")) == written(Path("some/where"))


def test_nothing_is_overwritten() -> None:
    Path("my-idea").mkdir()  # an empty folder is as good as none
    new("my-idea", "--selector")
    before = written(Path("my-idea"))
    told = new("my-idea", "--model", code=2).stderr
    assert told == "error: my-idea: already there and not empty; a new plugin overwrites nothing\n"
    assert written(Path("my-idea")) == before


def test_a_file_in_the_way_is_not_overwritten() -> None:
    Path("my-idea").write_text("mine")
    assert "overwrites nothing" in new("my-idea", "--selector", code=2).stderr
    assert Path("my-idea").read_text() == "mine"


def test_a_folder_that_cannot_be_made_is_one_line() -> None:
    Path("file").write_text("")
    told = new("my-idea", "--selector", "--output", "file/folder", code=2).stderr
    assert told == "error: file/folder: cannot be written: Not a directory\n"


@pytest.mark.parametrize(
    "name",
    ["My-Idea", "my_idea", "my idea", "2fast", "audition-2fast", "audition-", "-my", "my--idea", "../up", "é", ""],
)
def test_a_name_that_is_none_is_one_line(name: str) -> None:
    result = new("--selector", "--", name, code=2)
    rule = "a plugin's name must be words of small letters and digits, joined by '-', such as 'my-idea'"
    assert result.stderr == f"error: {rule}; got {name!r}\n"
    assert list(Path().iterdir()) == []


@pytest.mark.parametrize(
    ("name", "kind", "why"),
    [
        ("class", "selector", "the word belongs to Python"),
        ("json", "selector", "there is a module 'json' already"),
        ("audition-plugins", "selector", "there is a module 'audition_plugins' already"),
        ("audition-tasks", "selector", "something called 'tasks' is installed already"),
        ("audition-ats", "selector", "something called 'ats' is installed already"),
        ("audition-opt", "adapter", "something called 'opt' is installed already"),
        ("audition-mt5", "adapter", "something called 'mt5' is installed already"),
        ("audition-local", "executor", "something called 'local' is installed already"),
    ],
)
def test_a_name_that_is_taken_is_one_line(name: str, kind: str, why: str) -> None:
    assert new(name, f"--{kind}", code=2).stderr == f"error: a plugin may not be called {name!r}: {why}\n"
    assert list(Path().iterdir()) == []


@pytest.mark.parametrize(("kinds", "got"), [([], "none"), (["--model", "--task"], "--model and --task")])
def test_a_plugin_is_of_one_kind(kinds: list[str], got: str) -> None:
    told = new("my-idea", *kinds, code=2).stderr
    rule = "a new plugin is of one kind: --adapter, --model, --task, --selector, --executor"
    assert told == f"error: {rule}; got {got}\n"
