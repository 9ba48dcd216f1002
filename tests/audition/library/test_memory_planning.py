from __future__ import annotations

import pytest

from audition import plan_memory
from audition.errors import UsageError


def test_a_plan_has_a_row_a_model_and_a_verdict_a_card() -> None:
    frame = plan_memory("gpt2,gpt2-medium", memory=["80GB", "8GB"]).to_frame()
    assert list(frame["model"]) == ["gpt2", "gpt2-medium"]
    assert list(frame.columns)[-2:] == ["8 GiB", "80 GiB"]
    assert all(verdict.startswith("fits") for verdict in frame["80 GiB"])


def test_components_add_up_to_the_total() -> None:
    (model,) = plan_memory("gpt2").models
    need = model.components
    assert need["total"] == sum(size for name, size in need.items() if name not in ("tensors", "total"))
    # 124,439,808 weights of gpt2, gradients and two states of AdamW, four bytes each
    assert need["optimiser"] == 2 * 4 * 124_439_808


def test_a_size_may_be_a_number_of_bytes() -> None:
    as_bytes, as_text = (plan_memory("gpt2", memory=size).to_json() for size in (8 * 2**30, "8GB"))
    assert as_bytes == as_text


def test_an_unknown_model_is_refused_in_one_line() -> None:
    with pytest.raises(UsageError, match="gpt2-m"):
        plan_memory("gpt2-mediun")
