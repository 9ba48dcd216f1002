from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import torch

from audition.errors import UsageError
from audition.testing.checkpoints import KINDS, Kind
from audition.testing.toy import ToyAdapter
from audition.training.methods import prepare
from worlds.model_requests import CPU, recipe
from worlds.prepared_models import loss, prepared

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "switch_transformers"])
def test_attention_changes_the_loss_by_rounding_alone(kind: Kind, tmp_path: Path) -> None:
    losses = {}
    for name in ("eager", "sdpa"):
        adapter = prepared(kind, tmp_path / name, attention=name)
        assert adapter.module.config._attn_implementation == name  # noqa: SLF001 - there is no public name for it
        with torch.no_grad():
            losses[name] = loss(adapter).item()
    assert losses["eager"] == pytest.approx(losses["sdpa"], rel=1e-5)


def test_attention_that_a_model_does_not_have_is_refused_in_one_line(tmp_path: Path) -> None:
    message = "^SwitchTransformers.* has no attention 'sdpa'; with 'auto' it takes what it has$"
    with pytest.raises(UsageError, match=message):
        prepared("switch_transformers", tmp_path, attention="sdpa")


def test_model_that_is_none_of_transformers_has_no_attention_to_choose() -> None:
    with pytest.raises(UsageError, match="^LanguageModel has no attention 'eager'"):
        prepare(ToyAdapter(), recipe(attention="eager"), precision="fp32", device=CPU, seed=0)
