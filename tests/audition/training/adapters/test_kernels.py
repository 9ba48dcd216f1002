from __future__ import annotations

import torch
from transformers.activations import NewGELUActivation

from audition.training.adapters.kernels import fuse


def test_the_tanh_form_of_gelu_becomes_one_kernel_that_computes_the_same() -> None:
    module = torch.nn.Sequential(torch.nn.Linear(4, 4), torch.nn.Sequential(NewGELUActivation()), torch.nn.GELU())
    values = torch.linspace(-6, 6, 400).reshape(100, 4).requires_grad_()
    before = module(values)
    (slope_before,) = torch.autograd.grad(before.sum(), values)
    fuse(module)
    after = module(values)
    (slope_after,) = torch.autograd.grad(after.sum(), values)
    assert not any(isinstance(part, NewGELUActivation) for part in module.modules())
    assert [part.approximate for part in module.modules() if isinstance(part, torch.nn.GELU)] == ["tanh", "none"]
    torch.testing.assert_close(after, before)
    torch.testing.assert_close(slope_after, slope_before)
