from __future__ import annotations

from dataclasses import replace

import pytest

from audition.bench import (
    memory_filter,
    size_filter,
)
from audition.errors import UsageError
from audition.testing import toy_model
from audition.types import ModelShape


def test_memory_strata_follow_the_estimate() -> None:
    # the states of 1.4 G parameters take 16 bytes each: 21 GiB, and activations besides
    stratum = memory_filter("24GB")
    assert stratum.name == "memory<=24GiB"
    shape = ModelShape(n_layers=2, d_model=256, n_heads=4, d_head=64, d_ff=1024, n_vocab=1000)
    assert stratum.admits(toy_model("small", n_params=1_000_000_000, shape=shape))
    assert not stratum.admits(toy_model("large", n_params=1_600_000_000, shape=shape))
    assert not stratum.admits(toy_model("of unknown shape", n_params=1_000_000_000))
    assert not stratum.admits(replace(toy_model("unknown"), n_params=None))


@pytest.mark.parametrize("limit", ["many", "-1", "0", "inf", "nan"])
def test_a_limit_of_parameters_is_a_positive_number(limit: str) -> None:
    with pytest.raises(UsageError, match=f"must be a positive number such as 1.9e9, got '{limit}'"):
        size_filter(limit)
