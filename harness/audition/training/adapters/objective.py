"""The loss: Σ negative log-likelihood of the target tokens, the same for every family."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audition.encoding.pairs import IGNORED

if TYPE_CHECKING:
    from torch import Tensor


def summed_cross_entropy(logits: Tensor, labels: Tensor) -> Tensor:
    """Return Σ −log p(label) in nats, a scalar; 0 where every label is ignored.

    Computed in float32 whatever the type of the logits, so that bf16 autocast costs no precision here. The models' own
    losses are not used: they average over different things, and some add router terms.

    Args:
        logits: shape (n_rows, n_columns, n_vocab).
        labels: shape (n_rows, n_columns), `IGNORED` where there is no target.
    """
    from torch.nn.functional import cross_entropy

    return cross_entropy(logits.float().flatten(0, 1), labels.flatten(), ignore_index=IGNORED, reduction="sum")
