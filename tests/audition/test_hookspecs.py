from __future__ import annotations

import inspect
import re

import pytest

from audition import hookspecs
from audition.plugins.calling import Hooks
from reference.hooks_page import hooks_page, implementations
from worlds.paths import ROOT

DOCS = ROOT / "docs"
SPECIFICATIONS = {name: getattr(hookspecs, name) for name in hookspecs.HOOKS}
every_hook = pytest.mark.parametrize("hook", sorted(SPECIFICATIONS))


@every_hook
def test_every_hook_is_documented(hook: str) -> None:
    assert inspect.getdoc(SPECIFICATIONS[hook])
    page = (DOCS / "hooks.md").read_text(encoding="utf-8")
    section = page.partition(f"\n## {hook}\n")[2].partition("\n## ")[0]
    for part in (
        f"```python\ndef {hook}(",
        "\n- **Runs** ",
        "\n- **May cost** ",
        f"\n```python\n@hookimpl\ndef {hook}(",
    ):
        assert part in section


def test_the_page_of_hooks_is_what_the_code_says() -> None:
    page = (DOCS / "hooks.md").read_text(encoding="utf-8")
    assert page == hooks_page(), "run `python scripts/write_docs.py`"


@every_hook
def test_every_hook_is_used_by_a_real_plugin(hook: str) -> None:
    assert implementations(hook), "no hook without a plugin of ours that needs it"


@every_hook
def test_every_hook_has_a_method_with_its_arguments(hook: str) -> None:
    method = getattr(Hooks, hook.removeprefix("audition_"))
    _, *arguments = inspect.signature(method).parameters
    assert arguments == list(inspect.signature(SPECIFICATIONS[hook]).parameters)


@every_hook
def test_every_hook_has_a_test_named_after_it(hook: str) -> None:
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "tests/audition/plugins").glob("test_calling*.py")]
    assert any(re.search(rf"def test_{hook}_", source) for source in sources)
