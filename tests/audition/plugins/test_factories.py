"""What an executor is told."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from audition.errors import UsageError
from audition.plugins.catalog import Catalog
from audition.plugins.factories import make_executor
from audition.plugins.loading import load_plugins
from worlds.executors import ADAPTER

if TYPE_CHECKING:
    from audition.types import PluginFile
    from worlds.throwaway import Site


SELECTOR = """
from audition import hookimpl

@hookimpl
def audition_selectors():
    return []
"""


FARM = """
from audition import hookimpl
from audition.types import ExecutorEntry


def farm(*, slots: int, nodes: int = 1, queue: str = "short") -> object:
    return slots, nodes, queue


@hookimpl
def audition_executors():
    return [ExecutorEntry(name="farm", make=farm, summary="many nodes")]
"""


def load(site: Site, *files: str) -> Catalog:
    return Catalog(load_plugins(path=site.path, files=files))


def test_workers_are_told_of_files_with_adapters_or_tasks_alone(site: Site, adapter: PluginFile) -> None:
    Path("mine.py").write_text(SELECTOR)
    assert load(site, "mine.py").plugins.executor_options == {}
    assert load(site, "mine.py", "adapter.py").plugins.executor_options == {"plugins": (adapter,)}


def test_an_executor_is_given_what_it_takes_of_what_was_asked_for(site: Site, adapter: PluginFile) -> None:
    catalog = load(site, "adapter.py")
    files = (adapter,)
    elsewhere = make_executor(catalog, "elsewhere", slots=2, log_dir=None, timeout=None, devices=None)
    assert (elsewhere.slots, elsewhere.plugins) == (2, files)  # type: ignore[attr-defined]
    given: object = make_executor(catalog, "anywhere", slots=2)
    assert given == {"slots": 2, "plugins": files}
    with pytest.raises(UsageError, match="executor 'here' takes no plugins: its workers would not have the adapters"):
        make_executor(catalog, "here", slots=2, log_dir=None)


def test_an_executor_that_cannot_do_what_was_asked_for_is_refused(site: Site) -> None:
    Path("executor.py").write_text(ADAPTER.replace("@hookimpl\ndef audition_adapters", "def unused"))
    catalog = load(site, "executor.py")
    assert make_executor(catalog, "here", slots=1, log_dir=None, timeout=None).slots == 1
    with pytest.raises(UsageError, match="executor 'here' takes no timeout: it would not end a measurement"):
        make_executor(catalog, "here", slots=1, log_dir=None, timeout=3.0)


def test_an_executor_takes_the_options_of_a_user_by_the_types_of_its_signature(site: Site) -> None:
    Path("farm.py").write_text(FARM)
    catalog = load(site, "farm.py")
    made: object = make_executor(catalog, "farm", ["nodes=3", "queue=long"], slots=1)
    assert made == (1, 3, "long")
    with pytest.raises(UsageError, match="option 'nodes' of 'farm' must be a whole number, got 'many'"):
        make_executor(catalog, "farm", ["nodes=many"], slots=1)
    with pytest.raises(UsageError, match="executor 'farm' has no option 'slots'; known: nodes, queue"):
        make_executor(catalog, "farm", ["slots=9"], slots=1)
