"""What tests of several rooms share of recipe files."""

from __future__ import annotations

from pathlib import Path


def write(text: str, name: str = "mine.toml") -> str:
    Path(name).write_text(text, encoding="utf-8")
    return f"./{name}"
