"""What tests of several rooms share of command."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typer.testing import CliRunner

from audition.cli.app import app

if TYPE_CHECKING:
    from typer.testing import Result


def audition(*arguments: str, code: int = 0) -> Result:
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == code, result.output
    return result
