"""How one tokeniser writes text: what it puts around it, in which mode, and what it gives back."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from audition.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from transformers import PreTrainedTokenizerBase

NO_LIMIT = sys.maxsize  #: positions of a model without learned ones
_OPEN, _CLOSE = "\ufdd0", "\ufdd1"  #: noncharacters, which no text holds: around a special token that data spells
_ANCHORS = ("\n", ".", "a", "0")  #: a text that others continue, so that they get no space of their own before them


@dataclass(frozen=True, kw_only=True)
class Vocabulary:
    """How one tokeniser writes text, and which special tokens it puts around it.

    Text of the data is only text: where it spells a special token, that is written in ordinary tokens. Text of a chat
    template is taken at its word; `marked` tells the data in it apart.
    """

    tokenizer: PreTrainedTokenizerBase
    owner: str  #: the model's name, for errors
    n_vocab: int  #: rows of the model's input embeddings
    prefix: tuple[int, ...]  #: ids before a text, such as the beginning of sequence
    suffix: tuple[int, ...]  #: ids after a text, such as the end of sequence
    target_prefix: tuple[int, ...]  #: ids before a target of an encoder-decoder, such as its language
    target_suffix: tuple[int, ...]  #: ids after one
    eos: int
    pad: int  #: always masked, so any id does when there is no padding token: the vocabulary is never resized

    @classmethod
    def of(cls, tokenizer: PreTrainedTokenizerBase, *, n_vocab: int, owner: str) -> Vocabulary:
        """Find out what `tokenizer` puts around a text.

        Raises:
            UsageError: it has no end-of-sequence token, so that no target would ever end, or writes the language of a
                target but was not told which.
        """
        if tokenizer.eos_token_id is None:
            raise UsageError(f"the tokeniser of {owner!r} has no end-of-sequence token")
        _require_language(tokenizer, owner)
        eos = int(tokenizer.eos_token_id)
        pads = (tokenizer.pad_token_id, eos)
        prefix, suffix = _around(tokenizer, "text")
        target_prefix, target_suffix = _around(tokenizer, "text_target")
        return cls(
            tokenizer=tokenizer,
            owner=owner,
            n_vocab=n_vocab,
            prefix=prefix,
            suffix=suffix,
            target_prefix=target_prefix,
            target_suffix=target_suffix,
            eos=eos,
            pad=next(int(pad) for pad in pads if pad is not None and pad < n_vocab),
        )

    def ids(self, text: str) -> tuple[int, ...]:
        """Return the ids of `text`, which is data, without special tokens around it.

        Raises:
            UsageError: the tokeniser made an id that the model has no embedding for.
        """
        return self._known(self._text_ids(text, "text"))

    def target_ids(self, text: str) -> tuple[int, ...]:
        """Return the ids of `text` as the target of an encoder-decoder: Marian has a vocabulary for each side.

        Raises:
            UsageError: the tokeniser made an id that the model has no embedding for.
        """
        return self._known(self._text_ids(text, "text_target"))

    def rendered_ids(self, text: str, *, continues: bool = False) -> tuple[int, ...]:
        """Return the ids of what a template wrote, its special tokens as such; in it, data is `marked`.

        Args:
            text: all of it, or a part.
            continues: other text stands before it.

        Raises:
            UsageError: the tokeniser made an id that the model has no embedding for.
        """
        first, *rest = self._marks.split(text)
        ids = self._continuation(first, "text", as_data=False) if continues else self._template_ids(first)
        for place, piece in enumerate(rest):
            spelled = place % 2 == 0
            ids += self._spelled(piece, "text") if spelled else self._continuation(piece, "text", as_data=False)
        return self._known(ids)

    def marked(self, text: str) -> str:
        """Return data for a template to write: special tokens that it spells will be read as text."""
        return self.special.sub(f"{_OPEN}\\g<0>{_CLOSE}", text)

    def unmarked(self, text: str) -> str:
        """Return what a template wrote, as people see it."""
        return text.replace(_OPEN, "").replace(_CLOSE, "")

    def decode(self, ids: Iterable[int]) -> str:
        """Return the text of `ids`, special tokens left out."""
        return str(
            self.tokenizer.decode(
                list(ids),
                skip_special_tokens=True,
                clean_up_tokenization_spaces=self.cleans_up,
                **self.decoding,
            )
        )

    def has_unknown(self, ids: Iterable[int]) -> bool:
        """Return whether `ids` hold the unknown token."""
        return self.tokenizer.unk_token_id in set(ids)

    @cached_property
    def cleans_up(self) -> bool:
        """Return whether spaces before punctuation are taken out again: only where WordPiece puts them in."""
        backend = getattr(self.tokenizer, "backend_tokenizer", None)
        is_word_piece = backend is None or type(backend.model).__name__ == "WordPiece"
        return is_word_piece and bool(self.tokenizer.clean_up_tokenization_spaces)

    @cached_property
    def decoding(self) -> dict[str, Any]:
        """Return what else `decode` must be told: Marian's reads with the source's model unless told otherwise."""
        return {"use_source_tokenizer": False} if hasattr(self.tokenizer, "spm_target") else {}

    @cached_property
    def has_target_mode(self) -> bool:
        """Return whether a target is written otherwise than an input."""
        return hasattr(type(self.tokenizer), "_switch_to_target_mode")

    @cached_property
    def special(self) -> re.Pattern[str]:
        """Return a pattern of all special tokens, and of what else a chat template marks turns with; longest first."""
        names = {*self.tokenizer.all_special_tokens, *self._marking.values()}
        ordered = sorted((name for name in names if name.strip()), key=len, reverse=True)
        return re.compile("|".join(map(re.escape, ordered)) or "(?!)")

    @cached_property
    def special_ids(self) -> frozenset[int]:
        """Return the ids of all special tokens but the unknown one."""
        ids = {*self.tokenizer.all_special_ids, *self._marking}
        only_unknown = self.tokenizer.unk_token_id not in (self.eos, self.tokenizer.bos_token_id, self.pad)
        return frozenset(ids - {self.tokenizer.unk_token_id} if only_unknown else ids)

    @cached_property
    def _marking(self) -> dict[int, str]:
        """Return added tokens, by id, that are no text: special ones, and those that the chat template spells."""
        template = json.dumps(self.tokenizer.chat_template or "", ensure_ascii=False)
        added = self.tokenizer.added_tokens_decoder.items()
        return {
            place: token.content
            for place, token in added
            if token.special or (token.content.strip() and token.content in template)
        }

    @cached_property
    def _marks(self) -> re.Pattern[str]:
        return re.compile(f"{_OPEN}(.*?){_CLOSE}", re.DOTALL)

    def _template_ids(self, text: str) -> tuple[int, ...]:
        return self._tokens(text, "text", as_data=False) if text else ()

    def _text_ids(self, text: str, mode: str) -> tuple[int, ...]:
        ids = self._tokens(text, mode, as_data=True)
        if self.special_ids.isdisjoint(ids) or not self.special.search(text):
            return ids
        # a vocabulary that makes special tokens of plain text, such as T5's: what spells one is taken apart
        first, *rest = self._marks.split(self.marked(text))
        ids = self._tokens(first, mode, as_data=True) if first else ()
        for place, piece in enumerate(rest):
            ids += self._spelled(piece, mode) if place % 2 == 0 else self._continuation(piece, mode, as_data=True)
        return ids

    def _spelled(self, token: str, mode: str) -> tuple[int, ...]:
        """Return the ids of text that spells a special token, none of them that token, where there is a way."""
        ids = self._continuation(token, mode, as_data=True)
        if self.special_ids.isdisjoint(ids):
            return ids
        return tuple(one for character in token for one in self._continuation(character, mode, as_data=True))

    def _continuation(self, text: str, mode: str, *, as_data: bool) -> tuple[int, ...]:
        """Return the ids of `text` after other text: without the space that SentencePiece puts at a beginning."""
        if not text:
            return ()
        for anchor in _ANCHORS:
            before = self._tokens(anchor, mode, as_data=as_data)
            both = self._tokens(anchor + text, mode, as_data=as_data)
            if before and not self.has_unknown(before) and both[: len(before)] == before:
                return both[len(before) :]
        return self._tokens(text, mode, as_data=as_data)

    def _tokens(self, text: str, mode: str, *, as_data: bool) -> tuple[int, ...]:
        call: Any = self.tokenizer
        encoded = call(**{mode: text}, add_special_tokens=False, split_special_tokens=as_data, verbose=False)
        return tuple(encoded["input_ids"])

    def _known(self, ids: tuple[int, ...]) -> tuple[int, ...]:
        if max(ids, default=0) >= self.n_vocab:
            raise UsageError(
                f"the tokeniser of {self.owner!r} makes token {max(ids)}, but the model has {self.n_vocab} embeddings: "
                "resize them (model.resize_token_embeddings), save the checkpoint, and name that"
            )
        return ids


def _around(tokenizer: Any, mode: str) -> tuple[tuple[int, ...], tuple[int, ...]]:  # noqa: ANN401 - untyped call
    """Return what the tokeniser puts before and after a text, or a target."""
    bare = tuple(tokenizer(**{mode: "a"}, add_special_tokens=False, verbose=False)["input_ids"])
    whole = tuple(tokenizer(**{mode: "a"}, add_special_tokens=True, verbose=False)["input_ids"])
    starts = (at for at in range(len(whole)) if whole[at : at + len(bare)] == bare)
    at = next(starts, 0)
    return whole[:at], whole[at + len(bare) :]


def _require_language(tokenizer: Any, owner: str) -> None:  # noqa: ANN401 - NLLB's, mBART's or M2M100's
    """Refuse a tokeniser that writes the language of a target, and would take the source's for it."""
    if hasattr(type(tokenizer), "set_tgt_lang_special_tokens") and tokenizer.tgt_lang is None:
        raise UsageError(
            f"the tokeniser of {owner!r} writes a language before each target, and does not know which: name "
            '"src_lang" and "tgt_lang" in its tokenizer_config.json'
        )
