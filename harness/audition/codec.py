"""Values to JSON and back: the public name of `audition.text.codec`."""

from __future__ import annotations

from audition.text.codec import dumps, from_json, to_json

__all__ = [
    "dumps",
    "from_json",
    "to_json",
]
