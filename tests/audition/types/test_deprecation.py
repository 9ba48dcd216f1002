"""What goes is warned of first, at the line of whoever wrote the plugin."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import pluggy
import pytest

from audition.errors import PluginDeprecationWarning
from audition.plugins.files import import_source, read_plugins
from audition.plugins.registering import register
from audition.types.deprecation import deprecated, deprecated_function, renamed_field

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

hookspec = pluggy.HookspecMarker("audition")
PLUGIN = """
from audition import hookimpl

@hookimpl
def audition_scores(task, unit):
    return []
"""


class OldHook:
    @hookspec(warn_on_impl=deprecated("audition_scores", "audition_selectors", since=2))
    def audition_scores(self, task: str, unit: str) -> None: ...


class OldArgument:
    @hookspec(warn_on_impl_args={"unit": deprecated("argument unit of audition_scores", "task.unit", since=2)})
    def audition_scores(self, task: str, unit: str) -> None: ...


@pytest.mark.parametrize(
    ("specification", "message"),
    [
        (OldHook, "audition_scores is deprecated since version 2 of the hooks: use audition_selectors"),
        (OldArgument, "argument unit of audition_scores is deprecated since version 2 of the hooks: use task.unit"),
    ],
)
def test_a_deprecated_hook_or_argument_warns_at_the_plugins_line(specification: type, message: str) -> None:
    Path("old.py").write_text(PLUGIN)
    ((file, source),) = read_plugins(["old.py"])
    manager = pluggy.PluginManager("audition")
    manager.add_hookspecs(specification)
    with pytest.warns(PluginDeprecationWarning) as warned:
        hooks = register(manager, import_source(file, source), "old.py")
    assert hooks == ("audition_scores",), "it still loads"
    (warning,) = warned
    assert str(warning.message) == message
    assert (warning.filename, warning.lineno) == (file.path, PLUGIN.splitlines().index("@hookimpl") + 1)


@deprecated_function("count_rows", since=2)
def count_lines(n_lines: int) -> int:
    """Return them."""
    return n_lines


@renamed_field("lines", "n_rows", since=2)
@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    n_rows: int = 0
    name: str = ""


Table_of: Callable[..., Table] = Table  # what a plugin calls, with names that the checker does not know any more


@pytest.fixture
def author() -> Iterator[Callable[[str], ModuleType]]:
    """Run the lines of a plugin's author, in a file of its own."""

    def run(line: str) -> ModuleType:
        Path("theirs.py").write_text(f"import test_deprecation_names as names\n\nresult = {line}\n")
        ((file, source),) = read_plugins(["theirs.py"])
        return import_source(file, source)

    import sys

    module = ModuleType("test_deprecation_names")
    vars(module).update(count_lines=count_lines, Table=Table, old=Table(n_rows=3))
    sys.modules[module.__name__] = module
    yield run
    del sys.modules[module.__name__]


@pytest.mark.parametrize(
    ("line", "result", "message"),
    [
        ("names.count_lines(3)", 3, "count_lines is deprecated since version 2 of the hooks: use count_rows"),
        ("names.Table(lines=3).n_rows", 3, "Table.lines is deprecated since version 2 of the hooks: use n_rows"),
        ("names.old.lines", 3, "Table.lines is deprecated since version 2 of the hooks: use n_rows"),
    ],
)
def test_a_deprecated_name_works_and_warns_at_the_authors_line(
    author: Callable[[str], ModuleType], line: str, result: int, message: str
) -> None:
    with pytest.warns(PluginDeprecationWarning) as warned:
        module = author(line)
    assert module.result == result
    (warning,) = warned
    assert str(warning.message) == message
    assert (Path(warning.filename).name, warning.lineno) == ("theirs.py", 3)


def test_the_new_name_of_a_field_warns_of_nothing() -> None:
    table = replace(Table(n_rows=1), name="rows")
    assert (table.n_rows, table.name, table) == (1, "rows", Table(n_rows=1, name="rows"))


def test_both_names_of_a_field_at_once_are_an_error() -> None:
    with pytest.raises(TypeError, match="Table got both 'n_rows' and 'lines', its former name"):
        Table_of(n_rows=1, lines=1)
