"""The loss: Σ negative log-likelihood of the target tokens, the same for every family."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audition.encoding.pairs import IGNORED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor


def scored_places(labels: Sequence[Sequence[int]]) -> list[int]:
    """Return where in the flattened rows, all of one length, a label is not ignored."""
    return [
        place * len(row) + column
        for place, row in enumerate(labels)
        for column, label in enumerate(row)
        if label != IGNORED
    ]


def summed_loss(
    module: Any,  # noqa: ANN401 - a model of transformers
    inputs: dict[str, Any],
    batch: dict[str, Any],
) -> Tensor:
    """Return Σ −log p of the batch's targets in nats, a scalar, computing no other logits where that can be had.

    Args:
        module: a model of transformers.
        inputs: arguments of its forward pass.
        batch: `labels` of the last columns of its output, shape (n_rows, n_columns); and `scored`, where in the
            flattened labels targets are, shape (n_scored,). Without it labels are asked, which waits for the device.
    """
    labels = batch["labels"].flatten()
    scored = batch["scored"] if "scored" in batch else (labels != IGNORED).nonzero().flatten()
    logits = target_logits(module, inputs, n_columns=batch["labels"].shape[1], scored=scored)
    return summed_cross_entropy(logits, labels.index_select(0, scored))


def target_logits(
    module: Any,  # noqa: ANN401 - a model of transformers
    inputs: dict[str, Any],
    *,
    n_columns: int,
    scored: Tensor,
) -> Tensor:
    """Return the logits of a forward pass over `inputs` at the scored places alone, shape (n_scored, n_vocab).

    The model's head gets the hidden states of these places and no others: logits of prompts and padding, which would be
    most of the work of a small model, are not computed. A model whose head cannot be found, or is not called as a
    module, computes them all, and they are picked afterwards.

    Args:
        module: a model of transformers.
        inputs: arguments of its forward pass.
        n_columns: the last columns of the output, which labels are given for.
        scored: places in these columns, flattened; shape (n_scored,).
    """
    n_calls = 0

    def pick(states: Tensor) -> Tensor:
        return states[:, -n_columns:].flatten(0, 1).index_select(0, scored)

    def narrow(_: object, arguments: tuple[Any, ...]) -> tuple[Any, ...]:
        nonlocal n_calls
        n_calls += 1
        states, *others = arguments
        return (pick(states).unsqueeze(0), *others)

    find_head = getattr(module, "get_output_embeddings", None)
    head = None if find_head is None else find_head()
    handle = None if head is None else head.register_forward_pre_hook(narrow)
    try:
        logits: Tensor = module(**inputs).logits
    finally:
        if handle is not None:
            handle.remove()
    return logits.flatten(0, 1) if n_calls else pick(logits)


def summed_cross_entropy(logits: Tensor, labels: Tensor) -> Tensor:
    """Return Σ −log p(label) in nats, a scalar; 0 where every label is ignored.

    Computed in float32 whatever the type of the logits, so that bf16 autocast costs no precision here. The models' own
    losses are not used: they average over different things, and some add router terms.

    Args:
        logits: shape (…, n_vocab).
        labels: shape (…), `IGNORED` where there is no target.
    """
    from torch.nn.functional import cross_entropy

    return cross_entropy(logits.float().flatten(0, -2), labels.flatten(), ignore_index=IGNORED, reduction="sum")
