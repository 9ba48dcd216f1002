"""The public API is listed; what is on the list stays until it was deprecated."""

from __future__ import annotations

from reference.api_list import MODULES, api_list
from worlds.paths import ROOT

KEPT = ROOT / "docs" / "api.txt"
COMMAND = "`python scripts/write_docs.py`"


def test_nothing_goes_from_the_public_api_unannounced() -> None:
    kept, now = (set(text.splitlines()) for text in (KEPT.read_text(encoding="utf-8"), api_list()))
    gone = sorted(kept - now)
    assert not gone, (
        f"plugins may rely on this: deprecate it first (audition.types.deprecation); afterwards run {COMMAND}"
    )


def test_what_is_new_in_the_public_api_is_on_the_list() -> None:
    kept, now = (set(text.splitlines()) for text in (KEPT.read_text(encoding="utf-8"), api_list()))
    new = sorted(now - kept)
    assert not new, f"run {COMMAND}; give a new field or argument a default; raise audition.hookspecs.VERSION"


def test_every_public_module_is_on_the_list() -> None:
    listed = KEPT.read_text(encoding="utf-8")
    assert all(f"{module}." in listed for module in MODULES)
    assert "\naudition.types.ModelSpec.revision: str | None = None\n" in listed
    assert "\naudition.protocols.Selector.select(self, problem: SelectionProblem, rng: np.random.Generator)" in listed
