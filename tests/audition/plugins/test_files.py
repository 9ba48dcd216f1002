"""Plugins that are one file: `--plugin my_selector.py`."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner, Result

from audition.cli.app import app
from audition.errors import PluginError, UsageError
from audition.hookspecs import VERSION
from audition.plugins.catalog import Catalog
from audition.plugins.loading import load_plugins
from audition.types import PluginFile

if TYPE_CHECKING:
    from collections.abc import Iterable

    from worlds.throwaway import Site

SELECTOR = '''
from __future__ import annotations

from dataclasses import dataclass

from audition import hookimpl
from audition.types import Ranking, Score, SelectorEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class ByName:
    """Ranks by name."""

    is_reversed: bool = False

    def select(self, problem, rng):
        names = sorted((candidate.name for candidate in problem.candidates), reverse=self.is_reversed)
        return Ranking.from_scores(Score(model=name, score=-float(place)) for place, name in enumerate(names))


@hookimpl
def audition_selectors():
    yield SelectorEntry(name="by-name", make=ByName, summary="by name")
'''


@pytest.fixture
def file() -> Path:
    """Return a plugin in the current folder; nobody has named it yet."""
    path = Path("mine.py").absolute()
    path.write_text(SELECTOR)
    return path


def load(site: Site, *files: str | PluginFile, **options: Any) -> Catalog:  # noqa: ANN401 - of `load_plugins`
    return Catalog(load_plugins(path=site.path, files=files, **options))


def audition(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_file_is_a_plugin_of_its_name_with_path_and_hash(site: Site, file: Path) -> None:
    catalog = load(site, "mine.py")
    (record,) = catalog.plugins.records
    assert (record.name, record.distribution, record.status) == ("mine.py", "local", "loaded")
    assert (record.path, record.sha256, record.hooks) == (str(file), sha256(file), ("audition_selectors",))
    assert catalog.selectors["by-name"].plugin == "mine.py"
    assert catalog.selector("by-name").make(is_reversed=True).is_reversed  # type: ignore[attr-defined]


@pytest.mark.usefixtures("file")
def test_a_file_that_nobody_named_is_not_loaded(site: Site) -> None:
    assert load_plugins(path=site.path).records == ()
    assert "by-name" not in audition("selectors").stdout


@pytest.mark.usefixtures("file")
def test_files_may_be_named_by_the_environment(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUDITION_PLUGINS", " mine.py ,")
    assert [record.name for record in load_plugins(path=site.path).records] == ["mine.py"]
    assert "by-name" in audition("selectors").stdout


def test_files_of_the_environment_and_of_the_command_add_up_and_none_counts_twice(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("link.py").symlink_to(file)
    monkeypatch.setenv("AUDITION_PLUGINS", f"{file},./mine.py")
    result = audition("plugins", "--json", "--plugin", "mine.py", "--plugin", "link.py")
    assert [record["path"] for record in json.loads(result.stdout) if record["path"]] == [str(file)]


def test_two_files_of_one_name_are_told_apart_by_their_paths(site: Site, file: Path) -> None:
    Path("other").mkdir()
    Path("other/mine.py").write_text(SELECTOR)
    message = f"plugin 'mine.py' of local must load: {file} has a plugin of this name already"
    with pytest.raises(PluginError, match=message):
        load(site, "mine.py", "other/mine.py")


def test_a_file_may_be_blocked(site: Site, file: Path) -> None:
    (record,) = load(site, "mine.py", disabled=["mine.py"]).plugins.records
    assert (record.status, record.path) == ("blocked", str(file))


def test_each_load_runs_the_file_anew_and_as_it_is_written(site: Site, file: Path) -> None:
    file.write_text(
        SELECTOR.replace("from __future__ import annotations", "def f(x: int): ...\nSEEN = f.__annotations__")
    )
    first, second = (load(site, "mine.py").selector("by-name").make for _ in range(2))
    assert first is not second
    seen = sys.modules[first.__module__].SEEN
    assert seen == {"x": int}, "audition's own __future__ imports are not the file's"


def test_a_file_that_fails_leaves_no_module_behind(site: Site, file: Path) -> None:
    file.write_text("1 / 0")
    before = set(sys.modules)
    with pytest.raises(PluginError):
        load(site, "mine.py")
    assert set(sys.modules) - before == set()


def test_what_was_promised_of_a_file_must_still_hold(site: Site, file: Path) -> None:
    promised = PluginFile(path=str(file), sha256=sha256(file))
    assert load(site, promised).plugins.records[0].status == "loaded"
    file.write_text(SELECTOR + "\n")
    with pytest.raises(UsageError, match=rf"plugin file '{file}' has changed since it was loaded"):
        load(site, promised)


BAD = {
    "missing.py": (None, "error: plugin file 'missing.py' cannot be read: No such file or directory\n"),
    "folder.py": ("", "error: plugin file 'folder.py' cannot be read: Is a directory\n"),
    "text.txt": ("words", "error: a plugin file must be a Python file (.py), got 'text.txt'\n"),
    "syntax.py": (
        "x =",
        "error: plugin 'syntax.py' of local must load: SyntaxError: invalid syntax (syntax.py, line 1)\n",
    ),
    "raises.py": ("1 / 0", "error: plugin 'raises.py' of local must load: ZeroDivisionError: division by zero\n"),
    "exits.py": ("import sys; sys.exit('no')", "error: plugin 'exits.py' of local must load: SystemExit: no\n"),
    "nothing.py": ("x = 1", "error: plugin 'nothing.py' of local must load: it implements no hook; known: audition_"),
    "misspelled.py": (
        SELECTOR.replace("audition_selectors", "audition_selector"),
        "error: plugin 'misspelled.py' of local must load: there is no hook 'audition_selector'; did you mean",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_a_file_that_cannot_be_a_plugin_is_one_line_and_exit_code_two(name: str) -> None:
    content, message = BAD[name]
    if content:
        Path(name).write_text(content)
    elif content is not None:
        Path(name).mkdir()
    result = audition("models", "--plugin", name)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(message)
    assert len(result.stderr.splitlines()) == 1


COMMANDS: dict[str, Iterable[str]] = {
    "select": ("select", "flan", "--source", "recorded"),
    "finetune": ("finetune", "tiny/gpt2-0.4m", "package-synopsis", "--output", "tuned"),
    "bench": ("bench", "--selector", "ats", "--task", "flan", "--ratio", "1/8"),
    "reproduce": ("reproduce",),
    "models": ("models",),
    "tasks": ("tasks",),
    "tasks check": ("tasks", "check", "package-synopsis"),
    "selectors": ("selectors",),
    "plugins": ("plugins",),
}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_that_loads_plugins_takes_files(command: str) -> None:
    result = audition(*COMMANDS[command], "--plugin", "nowhere.py")
    assert result.stderr == "error: plugin file 'nowhere.py' cannot be read: No such file or directory\n"


def test_the_listing_says_which_version_of_the_hooks_it_is(file: Path) -> None:
    heading, *_ = audition("plugins", "--plugin", str(file)).stdout.splitlines()
    assert f"hooks (version {VERSION})" in heading
    assert {record["specification"] for record in json.loads(audition("plugins", "--json").stdout)} == {VERSION}


def test_a_report_has_path_and_hash(file: Path) -> None:
    arguments = ("select", "flan", "--source", "recorded", "--selector", "by-name", "--plugin", "./mine.py", "--json")
    report = json.loads(audition(*arguments).stdout)
    (plugin,) = [plugin for plugin in report["provenance"]["plugins"] if plugin["name"] == "mine.py"]
    assert (plugin["path"], plugin["sha256"], plugin["status"]) == (str(file), sha256(file), "loaded")


def test_a_warning_of_something_deprecated_shows_the_plugins_line(file: Path) -> None:
    warns = "import warnings\nfrom audition.errors import PluginDeprecationWarning as Old\nwarnings.warn(Old('old'))\n"
    file.write_text(SELECTOR.replace("@hookimpl", f"{warns}\n@hookimpl"))
    code = "from audition.cli import main; main()"
    command = [sys.executable, "-c", code, "selectors", "--plugin", "mine.py"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    place = file.read_text().splitlines().index("warnings.warn(Old('old'))") + 1
    assert done.stderr == f"warning: {file}:{place}: old\n"


def test_what_a_plugin_prints_is_no_part_of_a_commands_answer(tmp_path: Path) -> None:
    talkative = tmp_path / "talkative.py"
    talkative.write_text(
        SELECTOR.replace("from audition import hookimpl", "from audition import hookimpl\nprint('hello')", 1)
    )
    arguments = ["selectors", "--json", "--plugin", str(talkative)]
    found = CliRunner().invoke(app, arguments)
    assert found.exit_code == 0, found.output
    assert "hello" in found.stderr
    assert any(
        row["plugin"].endswith("talkative.py") or "talkative" in row["plugin"] for row in json.loads(found.stdout)
    )
