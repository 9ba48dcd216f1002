"""Floating-point operations from parameters and tokens.

Training takes about 6·N operations a token, a forward pass 2·N (N = parameters; Kaplan et al. 2020), the count
that the paper uses. Of a sparse mixture-of-experts model, only the parameters that a token meets count.
"""

from __future__ import annotations

from audition.memory.weights import count_weights
from audition.types import ModelSpec

TRAINING_FLOPS_PER_PARAMETER_AND_TOKEN = 6
FORWARD_FLOPS_PER_PARAMETER_AND_TOKEN = 2


def training_flops(n_params: int, n_tokens: float) -> float:
    """Return the operations of training on `n_tokens` tokens (forward and backward)."""
    return float(TRAINING_FLOPS_PER_PARAMETER_AND_TOKEN) * n_params * n_tokens


def forward_flops(n_params: int, n_tokens: float) -> float:
    """Return the operations of scoring `n_tokens` tokens."""
    return float(FORWARD_FLOPS_PER_PARAMETER_AND_TOKEN) * n_params * n_tokens


def active_params(spec: ModelSpec) -> int | None:
    """Return the parameters one token meets: all of a dense model, of a sparse layer the experts it is sent to.

    Where their number is unknown it is estimated by the shape; None: that is unknown too.
    """
    shape, n_params = spec.shape, estimated_params(spec)
    if n_params is None or shape is None or shape.n_experts == 1:
        return n_params
    expert = (3 if shape.is_gated_ff else 2) * shape.d_model * shape.d_ff
    return n_params - shape.n_sparse_layers * (shape.n_experts - shape.n_active_experts) * expert


def estimated_params(spec: ModelSpec) -> int | None:
    """Return the number of parameters, or else of the weights in matrices of its shape; None: neither is known."""
    if spec.n_params is not None or spec.shape is None:
        return spec.n_params
    return count_weights(spec.shape, None).total
