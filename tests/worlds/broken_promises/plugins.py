"""Plugins whose hooks are at fault, as source: the module is written and imported by the test."""

from __future__ import annotations

_BEGIN = """
import audition
from audition.testing.toy import TOY_CURVES, TOY_SELECTOR

@audition.hookimpl
"""

#: source of a module, and the one check that should catch it
BROKEN: dict[str, tuple[str, str | None]] = {
    "good_plugin": (_BEGIN + "def audition_selectors(): return [TOY_SELECTOR]", None),
    "misspelled_plugin": (_BEGIN + "def audition_selector(): return [TOY_SELECTOR]", "it_loads"),
    "without_a_mark": ("def audition_selectors(): return []", "it_loads"),
    "without_a_hook": ("", "it_loads"),
    "wrong_entries": (_BEGIN + "def audition_selectors(): return ['toy']", "hooks_return_entries"),
    "raises_when_asked": (_BEGIN + "def audition_selectors(): raise KeyError('toy')", "hooks_return_entries"),
    "used_up": (
        "left = iter([1])" + _BEGIN + "def audition_selectors(): return [TOY_SELECTOR for _ in left]",
        "hooks_say_the_same_twice",
    ),
    "offers_twice": (_BEGIN + "def audition_selectors(): return [TOY_SELECTOR] * 2", "no_name_is_offered_twice"),
    "knows_every_task": (_BEGIN + "def audition_curves(task): return TOY_CURVES", "an_unknown_task_has_no_curves"),
    "heavy_plugin": (
        "import torch" + _BEGIN + "def audition_selectors(): return [TOY_SELECTOR]",
        "listing_imports_nothing_heavy",
    ),
    "heavy_hook": (
        _BEGIN + "def audition_selectors():\n    import torch\n    return [TOY_SELECTOR]",
        "listing_imports_nothing_heavy",
    ),
}
