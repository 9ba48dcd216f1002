"""What tests of several rooms share of tokenizer files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path


def edit(path: Path, change: dict[str, Any], *, within: str | None = None) -> None:
    held = json.loads(path.read_text())
    (held if within is None else held[within]).update(change)
    path.write_text(json.dumps(held))
