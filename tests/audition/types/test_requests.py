from __future__ import annotations

from audition.types import Attempt


def test_what_was_learned_once_stays_known() -> None:
    halved, refused = Attempt(fitted=512), Attempt(is_strict=False)
    assert halved.after(refused) == refused.after(halved) == Attempt(fitted=512, is_strict=False)
    assert halved.after(Attempt(fitted=256)) == Attempt(fitted=256)
    assert Attempt().after(Attempt()) == Attempt()
