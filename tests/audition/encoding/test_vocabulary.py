from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from audition.checkpoints import read_spec
from audition.errors import UsageError
from audition.testing.tokenising.kinds import build_tokenised
from worlds.tokenizer_files import edit

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("kind", ["nllb", "mbart", "m2m100"])
def test_a_tokeniser_that_does_not_know_the_language_of_targets_is_refused(kind: str, tmp_path: Path) -> None:
    from audition.encoding.loading import load_encoder

    folder = build_tokenised(kind, tmp_path / "it")
    edit(folder / "tokenizer_config.json", {"tgt_lang": None})
    spec = read_spec(str(folder), adapter_for=lambda _: "auto")
    with pytest.raises(UsageError, match=r'writes a language before each target.*"src_lang" and "tgt_lang"'):
        load_encoder(spec, str(folder))
