"""A figure as it stands on the page: pictures, a text, files beside them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

FOLDER = "paper"  #: beside the page


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """The content of one of the paper's figures."""

    title: str  #: "Figure 4: …"
    text: str  #: Markdown: what is seen, and tables
    pictures: Mapping[str, str] = field(default_factory=dict)  #: SVG by file name
    data: Mapping[str, str] = field(default_factory=dict)  #: CSV by file name

    @property
    def markdown(self) -> str:
        """Return the section of the page."""
        pictures = "\n".join(f"![{self.title}]({FOLDER}/{name})" for name in self.pictures)
        data = ", ".join(f"[{name}]({FOLDER}/{name})" for name in self.data)
        parts = [f"### {self.title}", self.text.rstrip("\n"), pictures, f"Every number: {data}" if data else ""]
        return "\n\n".join(part for part in parts if part)

    @property
    def files(self) -> dict[str, str]:
        """Return pictures and data by path beside the page."""
        return {f"{FOLDER}/{name}": text for name, text in {**self.pictures, **self.data}.items()}
