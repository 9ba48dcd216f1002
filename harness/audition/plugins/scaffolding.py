"""Write a plugin's distribution from templates: a module, its tests, what installs and checks it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.util import find_spec
from keyword import iskeyword
from typing import TYPE_CHECKING, Any, Literal

from audition.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

Kind = Literal["adapter", "model", "task", "selector", "executor"]

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_PREFIX = "audition-"  #: of a distribution's name; the plugin goes without


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """What the files of one kind differ in, besides their templates."""

    what: str
    usage: str  #: a command line, where the plugin's name is to be filled in
    needs_torch: bool = False  #: to be tested


TEMPLATES: Mapping[Kind, Template] = {
    "adapter": Template(
        what="an adapter", usage="audition select my.jsonl --models ./my-checkpoint --ratio 1/32", needs_torch=True
    ),
    "model": Template(what="models", usage='audition models "{}/*" --memory 24GB'),
    "task": Template(what="a task", usage="audition tasks check {}/roman"),
    "selector": Template(what="a selector", usage="audition select my.jsonl --selector {} --ratio 1/32"),
    "executor": Template(
        what="an executor", usage="audition select my.jsonl --executor {} --ratio 1/32", needs_torch=True
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PluginNames:
    """The names that one name leads to."""

    name: str  #: of the distribution, such as "audition-my-idea"
    module: str  #: "audition_my_idea"
    plugin: str  #: of the entry point, and of what it offers: "my-idea"
    cls: str  #: how its class begins: "MyIdea"

    @classmethod
    def of(cls, name: str, taken: Collection[str] = ()) -> PluginNames:
        """Return the names of a distribution called `name`.

        Args:
            name: small letters and digits in words joined by "-", with or without "audition-" before them.
            taken: names that no plugin, and nothing that it offers, may have.

        Raises:
            UsageError: it is no such name, a module or a plugin of this name is there already.
        """
        plugin, module = name.removeprefix(_PREFIX), name.replace("-", "_")
        if not (_NAME.fullmatch(name) and _NAME.fullmatch(plugin)):
            rule = "must be words of small letters and digits, joined by '-', such as 'my-idea'"
            raise UsageError(f"a plugin's name {rule}; got {name!r}")
        if iskeyword(module):
            raise UsageError(f"a plugin may not be called {name!r}: the word belongs to Python")
        if find_spec(module) is not None:
            raise UsageError(f"a plugin may not be called {name!r}: there is a module {module!r} already")
        if plugin in taken:
            raise UsageError(f"a plugin may not be called {name!r}: something called {plugin!r} is installed already")
        words = "".join(word.capitalize() for word in plugin.split("-"))
        return cls(name=name, module=module, plugin=plugin, cls=words)


def render_plugin(names: PluginNames, kind: Kind) -> dict[str, str]:
    """Return the text of every file of a new distribution, by path in its folder."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    templates = Environment(
        loader=PackageLoader("audition.plugins", "templates"),
        autoescape=False,  # noqa: S701 - Python, TOML and Markdown, not HTML
        keep_trailing_newline=True,
        trim_blocks=True,
        undefined=StrictUndefined,
    )
    sources = {
        "pyproject.toml": "every/pyproject.toml.jinja",
        "README.md": "every/README.md.jinja",
        ".github/workflows/test.yml": "every/test.yml.jinja",
        f"{names.module}.py": f"{kind}/module.py.jinja",
        f"tests/test_{names.module}.py": f"{kind}/test.py.jinja",
    }
    known = _known(names, kind)
    return {path: templates.get_template(source).render(known) for path, source in sources.items()}


def write_plugin(names: PluginNames, kind: Kind, folder: Path) -> tuple[Path, ...]:
    """Write a new distribution to `folder`, made if needed, and return its files.

    Raises:
        UsageError: there is something already, or it cannot be written.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder}: already there and not empty; a new plugin overwrites nothing")
    texts = {folder / path: text for path, text in render_plugin(names, kind).items()}
    try:
        for path, text in texts.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{folder}: cannot be written: {error.strerror}") from error
    return tuple(texts)


def _known(names: PluginNames, kind: Kind) -> dict[str, Any]:
    """Return what templates may use."""
    template = TEMPLATES[kind]
    return {
        "name": names.name,
        "module": names.module,
        "plugin": names.plugin,
        "cls": names.cls,
        "what": template.what,
        "usage": template.usage.format(names.plugin),
        "needs_torch": template.needs_torch,
        "requirement": "audition[train]>=0.1" if template.needs_torch else "audition>=0.1",
        "test_requirement": "audition[testing,train]" if template.needs_torch else "audition[testing]",
    }
