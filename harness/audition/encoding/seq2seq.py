"""Encoder-decoder models: the encoder reads the input, the decoder is taught the target."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from audition.encoding.fitting import fitting_turns
from audition.encoding.lossy import is_lossy
from audition.encoding.pairs import IGNORED, EncodedPair, cut
from audition.encoding.rows import fit_target, is_conversation
from audition.errors import UsageError
from audition.tasks.conversation import plain_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from audition.encoding.pairs import Ids
    from audition.encoding.vocabulary import Vocabulary
    from audition.types import Example, Side, TrainOn, Turn


@dataclass(frozen=True, kw_only=True)
class Seq2SeqEncoder:
    """Encodes examples for one encoder-decoder model."""

    vocabulary: Vocabulary
    n_positions: int  #: longest sequence of encoder and decoder, each, in tokens
    writes_targets_apart = True  #: whether targets are tokenised in a mode of their own
    decoder_start: int | None  #: of the configuration; None: the language that the tokeniser writes after a target

    @property
    def template(self) -> None:
        """Return None: an encoder reads a conversation as plain text."""
        return

    @cached_property
    def decoder_prefix(self) -> Ids:
        """Return what the decoder reads before the target: its start, and what the tokeniser puts before a target.

        T5 starts with padding; BART with `</s> <s>`; NLLB with `</s>` and the language of the target; mBART, which
        writes the language after the end, with that language alone. None of it is in the loss.

        Raises:
            UsageError: neither configuration nor tokeniser tells how a decoder starts.
        """
        written = self.vocabulary.target_prefix
        language = self.vocabulary.target_suffix[1:]  # after the end of sequence
        start = language if language and self.vocabulary.has_target_mode else (self.decoder_start,)
        if None in start:
            raise UsageError(f"the configuration of {self.vocabulary.owner!r} has no 'decoder_start_token_id'")
        known = tuple(token for token in start if token is not None)
        return (*known, *(written if written != known else ()))

    def encode(
        self,
        example: Example,
        *,
        max_input_tokens: int,
        max_target_tokens: int | None,
        truncate: Side = "end",
        train_on: TrainOn = "last",
    ) -> EncodedPair:
        """Tokenise one pair.

        Raises:
            UsageError: the target does not fit the decoder and may not be cut (`max_target_tokens=None`).
        """
        inputs, is_input_cut = self.inputs(example, max_input_tokens, truncate)
        unlabelled = len(self.decoder_prefix) - 1
        target, is_target_cut = fit_target(
            self.vocabulary.target_ids(example.target),
            (self.vocabulary.eos,),
            text=example.target,
            max_tokens=max_target_tokens,
            room=self.n_positions - unlabelled,
            owner=self.vocabulary.owner,
        )
        return EncodedPair(
            input_ids=inputs,
            labels=(IGNORED,) * unlabelled + target,
            n_tokens=len(inputs) + unlabelled + len(target),
            is_input_cut=is_input_cut,
            is_target_cut=is_target_cut,
        )

    def inputs(self, example: Example, max_tokens: int, truncate: Side = "end") -> tuple[Ids, bool]:
        """Return what the encoder reads, its special tokens kept, and whether it was cut.

        Of a conversation the oldest turns go first; any other input is cut on the side that `truncate` says.
        """
        limit = min(max_tokens, self.n_positions)
        if is_conversation(example):
            return self._conversation(example, limit, truncate)
        prefix, suffix = self.vocabulary.prefix, self.vocabulary.suffix
        ids = self.vocabulary.ids(example.input)
        kept = cut(ids, max(limit - len(prefix) - len(suffix), 0), truncate)
        return prefix + kept + suffix, len(kept) < len(ids)

    def lengths(self, example: Example) -> tuple[int, int]:
        """Return the tokens of input and target, nothing cut, special tokens around them included."""
        around = len(self.vocabulary.prefix) + len(self.vocabulary.suffix)
        return around + len(self.vocabulary.ids(example.input)), len(self.vocabulary.target_ids(example.target)) + 1

    def is_lossy(self, example: Example) -> bool:
        """Return whether the tokeniser cannot give the target back."""
        return is_lossy(self.vocabulary, example.target, self.vocabulary.target_ids(example.target))

    def uses_template(self, example: Example) -> bool:
        """Return False: an encoder reads a conversation as plain text."""
        return False

    def _conversation(self, example: Example, limit: int, truncate: Side) -> tuple[Ids, bool]:
        prefix, suffix = self.vocabulary.prefix, self.vocabulary.suffix

        def ids(turns: Sequence[Turn]) -> Ids:
            return prefix + self.vocabulary.ids(plain_text(turns, example.tools)) + suffix

        turns = fitting_turns(example.turns, lambda some: len(ids(some)), limit, truncate)
        return ids(turns)[:limit], turns != example.turns
