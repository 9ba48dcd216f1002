"""Put a page together: template, style, scripts and data in one file that no request leaves."""

from __future__ import annotations

import base64
import hashlib
import re
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader

from audition.text import codec

_ASSETS = files("audition.pages") / "assets"
LIBRARIES = ("d3.min.js", "plot.umd.min.js", "common.js")  #: of every page; docs/decisions/0015-pages.md
_CONTROL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)


def document(template: str, script: str, data: object, **facts: object) -> str:
    """Return a page as HTML.

    Args:
        template: of `templates/`.
        script: of `assets/`, for this kind of page alone.
        data: what the script draws, as JSON.
        facts: what the template shows; every text in them is escaped.
    """
    scripts = [(_ASSETS / name).read_text(encoding="utf-8") for name in (*LIBRARIES, script)]
    environment = Environment(loader=PackageLoader("audition.pages"), autoescape=True, trim_blocks=True)
    return environment.get_template(template).render(
        **{name: clean(value) for name, value in facts.items()},
        data=clean(codec.to_json(data)),
        style=(_ASSETS / "style.css").read_text(encoding="utf-8"),
        scripts=scripts,
        allowed=" ".join(f"'sha256-{_digest(text)}'" for text in scripts),
    )


def clean(value: Any) -> Any:  # noqa: ANN401 - JSON
    """Return JSON whose texts hold nothing that moves a cursor or turns a line around: it is shown by its number.

    >>> clean(["a" + chr(27) + "[31mb"])
    ['a⟨U+001B⟩[31mb']
    """
    if isinstance(value, str):
        return _CONTROL.sub(lambda found: f"⟨U+{ord(found[0]):04X}⟩", value.replace("\r\n", "\n"))
    if isinstance(value, dict):
        return {clean(name): clean(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [clean(each) for each in value]
    return value


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
