"""`audition docs`: the documents of this version, which travel with it."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

import audition
from audition.cli.show.tables import AsJson, print_json, print_table
from audition.errors import UsageError, unknown_name

RECORDS = "decisions/"  #: why things are as they are: listed last


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A page."""

    topic: str  #: its path below the documents' folder, without the suffix
    title: str  #: its first heading
    path: Path  #: of the Markdown file


def docs(
    topic: Annotated[str | None, typer.Argument(help="What to print. Default: list the topics.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the documents, or print one as Markdown."""
    topics = find_topics(folder())
    if topic is None:
        rows = [{"topic": each.topic, "title": each.title} for each in topics]
        return print_json(topics) if as_json else print_table(rows, empty="no document is here")
    found = choose(topics, topic)
    text = found.path.read_text(encoding="utf-8")
    if as_json:
        return print_json({"topic": found.topic, "title": found.title, "path": found.path, "text": text})
    return _print_markdown(text)


def folder() -> Path:
    """Return where the documents are: in the installed package, or beside the sources of a checkout.

    Raises:
        UsageError: they are in neither place.
    """
    package = Path(audition.__file__).parent
    places = (package / "docs", package.parent.parent / "docs")
    found = next((place for place in places if (place / "index.md").is_file()), None)
    if found is None:
        raise UsageError(f"the documents are missing from this installation: no index.md in {places[0]}")
    return found


def find_topics(place: Path) -> tuple[Topic, ...]:
    """Return every page below `place`: the index first, the records of decisions last."""
    names = [path.relative_to(place).with_suffix("").as_posix() for path in place.rglob("*.md")]
    ordered = sorted(names, key=lambda name: (name != "index", name.startswith(RECORDS), name.count("/"), name))
    return tuple(Topic(topic=name, title=_title(place / f"{name}.md"), path=place / f"{name}.md") for name in ordered)


def choose(topics: tuple[Topic, ...], name: str) -> Topic:
    """Return the topic called `name`: by its whole name, or by its last part where only one ends so.

    Raises:
        UsageError: there is none; the message has those that are close.
    """
    wanted = name.removesuffix(".md").lower()
    exact = [each for each in topics if each.topic.lower() == wanted]
    found = exact or [each for each in topics if each.topic.lower().rpartition("/")[2] == wanted]
    if len(found) != 1:
        raise unknown_name("topic", name, [each.topic for each in topics])
    return found[0]


def _title(path: Path) -> str:
    heading = re.search(r"^# (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return heading[1].replace("`", "") if heading else path.stem


def _print_markdown(text: str) -> None:
    if not sys.stdout.isatty():
        return typer.echo(text, nl=False)
    from rich.console import Console
    from rich.markdown import Markdown

    return Console().print(Markdown(text, hyperlinks=False))  # the names of pages are topics
