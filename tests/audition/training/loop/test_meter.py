from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import torch

from audition.testing.toy import ToyAdapter
from audition.training.loop.meter import count_active_params


def sparse(n_experts: int, **config: Any) -> torch.nn.Module:  # noqa: ANN401
    """Return a module of 10 shared parameters and experts of 6 each."""
    module = torch.nn.Module()
    module.shared = torch.nn.Linear(4, 2)
    module.experts = torch.nn.ModuleList(torch.nn.Linear(2, 2) for _ in range(n_experts))
    module.config = SimpleNamespace(num_experts=n_experts, **config)  # type: ignore[assignment]
    return module


def test_every_parameter_of_a_dense_model_counts_once_though_it_is_tied() -> None:
    module = ToyAdapter(width=8).module
    recurrent = 3 * (8 * 8 + 8 * 8 + 8 + 8)
    assert count_active_params(module) == 259 * 8 + recurrent + 259


@pytest.mark.parametrize(("config", "n_active"), [({}, 16), ({"num_experts_per_tok": 2}, 22)])
def test_token_meets_some_experts_of_a_sparse_model(config: dict[str, int], n_active: int) -> None:
    assert count_active_params(sparse(4, **config)) == n_active
