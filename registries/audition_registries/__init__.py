"""Data that ships with audition: models, tasks, published tables, the tiny zoo.

`PROVENANCE.toml` says where each file comes from, and under which licence.
"""

from __future__ import annotations

from pathlib import Path

__all__ = ["path"]

_ROOT = Path(__file__).parent


def path(*parts: str) -> Path:
    """Return where a shipped file or folder is, such as `path("models", "published.json")`; it need not exist."""
    return _ROOT.joinpath(*parts)
