from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from typer.testing import CliRunner

from audition.cli.app import app

if TYPE_CHECKING:
    import pytest

    from worlds.throwaway import Site

PLUGIN = """
from audition import hookimpl
from audition.types import ReproductionEntry


@hookimpl
def audition_reproductions():
    files = {"toys.md": "# Toys\\n", "toys/a.csv": "a\\n1\\n"}
    yield ReproductionEntry(name="toys", make=lambda catalog: files, summary="")
"""


def test_a_plugin_brings_its_own_reproduction(site: Site) -> None:
    site.install("toys", {"toys_plugin": PLUGIN})
    result = CliRunner().invoke(app, ["reproduce", "toys", "--output", "out"])
    assert result.exit_code == 0, result.output
    assert Path("out/toys.md").read_bytes() == b"# Toys\n"
    assert Path("out/toys/a.csv").is_file()


def test_an_unknown_reproduction_is_said_with_what_there_is() -> None:
    result = CliRunner().invoke(app, ["reproduce", "papper"])
    assert result.exit_code == 2
    assert "no reproduction called 'papper'. Did you mean paper?" in result.stderr


def test_without_any_reproduction_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUDITION_DISABLE_PLUGINS", "published")
    result = CliRunner().invoke(app, ["reproduce"])
    assert result.exit_code == 2
    assert "no plugin offers a reproduction" in result.stderr
