from __future__ import annotations

from audition.encoding.lossy import lossy_share
from audition.testing import (
    TOY_MODEL,
    ToyAdapter,
)
from audition.types import Example


def test_byte_tokeniser_loses_nothing() -> None:
    adapter = ToyAdapter.load(TOY_MODEL, TOY_MODEL.checkpoint)
    examples = [Example(input="say", target=target) for target in ("天气很好", "naïve", "🙂 plain")]
    assert lossy_share(adapter, examples) == 0
