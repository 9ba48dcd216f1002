"""From text to token ids: what every adapter does the same way."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from audition.errors import UsageError
from audition.training.objective import IGNORED

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from transformers import PreTrainedTokenizerBase

NO_LIMIT = sys.maxsize  #: positions of a model without learned ones


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodedPair:
    """One tokenised (input, target) pair, not padded."""

    input_ids: tuple[int, ...]  #: what a decoder-only model, or the encoder, reads
    labels: tuple[int, ...]  #: the token each output position is to predict; `IGNORED` where that is not target
    n_tokens: int  #: of input and target together
    is_truncated: bool  #: input or target lost tokens

    @property
    def n_target_tokens(self) -> int:
        """Return the number of tokens in the loss, end of sequence included."""
        return sum(label != IGNORED for label in self.labels)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """How one tokeniser writes text, and which special tokens it puts around it."""

    tokenizer: PreTrainedTokenizerBase
    owner: str  #: the model's name, for errors
    n_vocab: int  #: rows of the model's input embeddings
    prefix: tuple[int, ...]  #: ids before a text, such as the beginning of sequence
    suffix: tuple[int, ...]  #: ids after a text, such as the end of sequence
    eos: int
    pad: int  #: always masked, so any id does when there is no padding token: the vocabulary is never resized

    @classmethod
    def of(cls, tokenizer: PreTrainedTokenizerBase, *, n_vocab: int, owner: str) -> Vocabulary:
        """Find out what `tokenizer` puts around a text.

        Raises:
            UsageError: it has no end-of-sequence token, so that no target would ever end.
        """
        if tokenizer.eos_token_id is None:
            raise UsageError(f"the tokeniser of {owner!r} has no end-of-sequence token")
        bare = _ids(tokenizer, "a", add_special_tokens=False)
        whole = _ids(tokenizer, "a", add_special_tokens=True)
        starts = (at for at in range(len(whole)) if whole[at : at + len(bare)] == bare)
        at = next(starts, 0)
        eos = int(tokenizer.eos_token_id)
        pads = (tokenizer.pad_token_id, eos)
        return cls(
            tokenizer=tokenizer,
            owner=owner,
            n_vocab=n_vocab,
            prefix=whole[:at],
            suffix=whole[at + len(bare) :],
            eos=eos,
            pad=next(int(pad) for pad in pads if pad is not None and pad < n_vocab),
        )

    def ids(self, text: str) -> tuple[int, ...]:
        """Return the ids of `text` without special tokens around it.

        Raises:
            UsageError: the tokeniser made an id that the model has no embedding for.
        """
        ids = _ids(self.tokenizer, text, add_special_tokens=False)
        if max(ids, default=0) >= self.n_vocab:
            raise UsageError(
                f"the tokeniser of {self.owner!r} makes token {max(ids)}, but the model has {self.n_vocab} embeddings"
            )
        return ids

    def target(self, text: str, *, max_tokens: int | None, room: int) -> tuple[tuple[int, ...], bool]:
        """Return the ids of a target and its end of sequence, and whether it was cut.

        Args:
            text: the target.
            max_tokens: cut to so many, end of sequence included; None: never cut.
            room: positions the model has for it.

        Raises:
            UsageError: it may not be cut, and the model has no room for it.
        """
        ids = (*self.ids(text), self.eos)
        limit = room if max_tokens is None else min(room, max_tokens)
        if len(ids) <= limit:
            return ids, False
        if max_tokens is None:
            raise UsageError(
                f"a target of {len(ids)} tokens ({_shorten(text)!r}) does not fit the {room} positions that "
                f"{self.owner!r} has for it, and test targets are never cut"
            )
        return (*ids[: limit - 1], self.eos), True

    def decode(self, ids: Iterable[int]) -> str:
        """Return the text of `ids`, special tokens left out."""
        return str(self.tokenizer.decode(list(ids), skip_special_tokens=True))


def pad_rows(rows: Sequence[Sequence[int]], value: int, *, left: bool = False) -> list[list[int]]:
    """Return the rows filled up with `value` to the length of the longest, on the right unless `left`."""
    width = max(map(len, rows))
    if left:
        return [[value] * (width - len(row)) + list(row) for row in rows]
    return [list(row) + [value] * (width - len(row)) for row in rows]


def attention_mask(rows: Sequence[Sequence[int]], *, left: bool = False) -> list[list[int]]:
    """Return 1 for every id and 0 for every padding of `pad_rows(rows, …)`."""
    return pad_rows([[1] * len(row) for row in rows], 0, left=left)


def _ids(tokenizer: Any, text: str, *, add_special_tokens: bool) -> tuple[int, ...]:  # noqa: ANN401 - untyped call
    return tuple(tokenizer(text, add_special_tokens=add_special_tokens, verbose=False)["input_ids"])


def _shorten(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"
