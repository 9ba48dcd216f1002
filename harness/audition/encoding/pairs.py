"""One tokenised pair, and several of them padded to one width."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from audition.types import Side


Ids = tuple[int, ...]
IGNORED = -100  #: label of a position that is not in the loss


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodedPair:
    """One tokenised (input, target) pair, not padded."""

    input_ids: Ids  #: what a decoder-only model, or the encoder, reads
    labels: Ids  #: the token each output position is to predict; `IGNORED` where that is not target
    n_tokens: int  #: of input and target together
    is_input_cut: bool = False  #: the input lost tokens, or a conversation its oldest turns
    is_target_cut: bool = False  #: the target lost its last tokens, and has no end

    @property
    def is_truncated(self) -> bool:
        """Return whether input or target lost tokens."""
        return self.is_input_cut or self.is_target_cut

    @property
    def n_target_tokens(self) -> int:
        """Return the number of tokens in the loss, the end of the target included."""
        return sum(label != IGNORED for label in self.labels)

    @property
    def first_label(self) -> int:
        """Return the first position whose token is in the loss."""
        return next(place for place, label in enumerate(self.labels) if label != IGNORED)


def pad_rows(rows: Sequence[Sequence[int]], value: int, *, left: bool = False) -> list[list[int]]:
    """Return the rows filled up with `value` to the length of the longest, on the right unless `left`."""
    width = max(map(len, rows))
    if left:
        return [[value] * (width - len(row)) + list(row) for row in rows]
    return [list(row) + [value] * (width - len(row)) for row in rows]


def attention_mask(rows: Sequence[Sequence[int]], *, left: bool = False) -> list[list[int]]:
    """Return 1 for every id and 0 for every padding of `pad_rows(rows, …)`."""
    return pad_rows([[1] * len(row) for row in rows], 0, left=left)


def cut(ids: Ids, limit: int, side: Side) -> Ids:
    """Return at most `limit` of `ids`: the first ones where the end is cut, else the last ones."""
    if len(ids) <= limit:
        return ids
    return ids[: max(limit, 0)] if side == "end" else ids[len(ids) - max(limit, 0) :]
