from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from audition.cli.app import app
from audition.errors import UsageError
from audition.plugins.guests import plugin_error

SOURCE = """
from dataclasses import dataclass
import json
import numpy as np
from audition import hookimpl
from audition.types import Point, SelectorEntry

class Raises:
    def select(self, problem, rng):
        raise ValueError("two\\nlines")

class Misuses:
    def select(self, problem, rng):
        return json.loads("{")

class InThreads:
    def select(self, problem, rng):
        return problem.for_each(lambda model: 1 / 0)

@dataclass
class Needs:
    k: int
    def select(self, problem, rng): ...

class Refuses:
    def __init__(self):
        raise KeyError("no")

@hookimpl
def audition_selectors():
    names = {"raises": Raises, "misuses": Misuses, "in-threads": InThreads, "needs": Needs, "refuses": Refuses}
    for name, make in names.items():
        yield SelectorEntry(name=name, make=make, summary="goes wrong")
"""


@pytest.mark.parametrize(
    ("selector", "line"),
    [
        ("raises", "error: selector 'raises' raised ValueError: two lines (bad.py, line 10)"),
        (
            "misuses",
            "error: selector 'misuses' raised JSONDecodeError: Expecting property name enclosed in double quotes",
        ),
        ("in-threads", "error: selector 'in-threads' raised ZeroDivisionError: division by zero (bad.py, line 18)"),
        ("needs", "error: selector 'needs' has to be told k: --option k=…"),
        ("refuses", "error: selector 'refuses', when it was made, raised KeyError: 'no' (bad.py, line 27)"),
    ],
)
def test_a_selector_that_goes_wrong_is_one_line_with_its_place(selector: str, line: str) -> None:
    Path("bad.py").write_text(SOURCE, encoding="utf-8")
    arguments = ["select", "flan", "--source", "recorded", "--plugin", "bad.py", "--selector", selector]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 2, result.output
    assert line in result.stderr.splitlines()[-1]


def test_what_we_raise_on_purpose_or_by_mistake_is_not_the_plugins_fault() -> None:
    assert plugin_error(UsageError("said on purpose"), Path, "x") is None
    with pytest.raises(IndexError) as caught:
        [].pop()
    assert plugin_error(caught.value, dict, "made where there is no file") is None
    assert plugin_error(caught.value, Path, "it never ran") is None
