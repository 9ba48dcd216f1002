from __future__ import annotations

from typing import TYPE_CHECKING

from typer.testing import CliRunner

from audition.cli.app import app
from audition.errors import UsageError
from worlds.command import audition

if TYPE_CHECKING:
    import pytest

    from worlds.throwaway import Site


def test_debugging_shows_the_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUDITION_DEBUG", "1")
    result = CliRunner().invoke(app, ["models", "--family", "gtp2"])
    assert isinstance(result.exception, UsageError)


def test_ctrl_c_says_that_nothing_is_lost(site: Site) -> None:
    source = "import audition\n@audition.hookimpl\ndef audition_models():\n    raise KeyboardInterrupt\n"
    site.install("bad-models", {"bad": source})
    assert audition("models", code=130).stderr == "interrupted; finished measurements are kept\n"


def test_an_unknown_command_is_answered_with_a_near_miss() -> None:
    assert "Did you mean 'models'?" in audition("modles", code=2).stderr


def test_without_a_command_help_is_shown() -> None:
    assert "Usage: audition" in CliRunner().invoke(app, [], prog_name="audition").output
