"""Decoder-only models read input and target as one sequence."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from audition.encoding.chat import ChatTemplate
from audition.encoding.fitting import fitting_turns
from audition.encoding.lossy import is_lossy
from audition.encoding.pairs import IGNORED, EncodedPair, cut
from audition.encoding.rows import fit_target, is_conversation
from audition.encoding.vocabulary import NO_LIMIT
from audition.errors import UsageError
from audition.tasks.conversation import plain_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from audition.encoding.pairs import Ids
    from audition.encoding.vocabulary import Vocabulary
    from audition.types import Example, Side, TrainOn, Turn

SEPARATOR = "\n"  #: between input and target, where the model has no chat template


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """What stands before a target."""

    ids: Ids
    turns: tuple[Turn, ...] = ()  #: those that a chat template wrote; empty where none did
    is_cut: bool = False


@dataclass(frozen=True, kw_only=True)
class CausalEncoder:
    """Encodes examples for one decoder-only model."""

    vocabulary: Vocabulary
    n_positions: int  #: longest sequence, in tokens
    writes_targets_apart = False  #: whether targets are tokenised in a mode of their own

    @cached_property
    def template(self) -> ChatTemplate | None:
        """Return the model's chat template, or None."""
        return ChatTemplate.of(self.vocabulary)

    @cached_property
    def turn_end(self) -> Ids:
        """Return the ids that end an answer in a chat: what the template writes, or `eos` where it writes nothing."""
        end = self.template.end if self.template else ""
        return self.vocabulary.rendered_ids(end, continues=True) if end else (self.vocabulary.eos,)

    def encode(
        self,
        example: Example,
        *,
        max_input_tokens: int,
        max_target_tokens: int | None,
        truncate: Side = "end",
        train_on: TrainOn = "last",
    ) -> EncodedPair:
        """Tokenise one pair; where input and target exceed the model's positions, the input gives way.

        Raises:
            UsageError: the chat template refuses the conversation, or the pair does not fit the model's positions and
                the target may not be cut (`max_target_tokens=None`).
        """
        answer, end = self._answer(example), self._end(example)
        # The last target token is predicted, never read: it needs no position.
        n_positions = self.n_positions + 1
        target, is_target_cut = fit_target(
            answer,
            end,
            text=example.target,
            max_tokens=max_target_tokens,
            room=n_positions - self._least_prompt,
            owner=self.vocabulary.owner,
        )
        prompt = self.prompt(example, min(max_input_tokens, n_positions - len(target)), truncate)
        ids = prompt.ids + target
        labels = [IGNORED] * len(prompt.ids) + list(target)
        if train_on == "all-assistant":
            for start, stop in self._earlier_answers(prompt, example.tools):
                labels[start:stop] = ids[start:stop]
        return EncodedPair(
            input_ids=ids[:-1],
            labels=tuple(labels[1:]),
            n_tokens=len(ids),
            is_input_cut=prompt.is_cut,
            is_target_cut=is_target_cut,
        )

    def prompt(self, example: Example, max_tokens: int, truncate: Side = "end") -> Prompt:
        """Return what stands before the target of `example`, in at most `max_tokens` if that can be.

        Of a conversation the oldest turns go first; any other prompt is cut on the side that `truncate` says.

        Raises:
            UsageError: the chat template refuses the conversation, or writes more around it than there is room for.
        """
        if not self.uses_template(example) and not is_conversation(example):
            return self._plain_prompt(example.input, max_tokens, truncate)
        write = self._written if self.uses_template(example) else self._plain

        def count(turns: Sequence[Turn]) -> int:
            return len(write(turns, example.tools))

        turns = fitting_turns(example.turns, count, max_tokens, truncate)
        ids = write(turns, example.tools)
        if len(ids) > max_tokens:
            raise UsageError(
                f"{self.vocabulary.owner!r} writes {len(ids)} tokens around a conversation of {len(turns)} turns that "
                f"has lost its text, where there is room for {max_tokens}"
            )
        return Prompt(
            ids=ids,
            turns=turns if self.uses_template(example) else (),
            is_cut=turns != example.turns,
        )

    def lengths(self, example: Example) -> tuple[int, int]:
        """Return the tokens of prompt and target, nothing cut, the end of the target included.

        Raises:
            UsageError: the chat template refuses the conversation.
        """
        return len(self.prompt(example, NO_LIMIT).ids), len(self._answer(example)) + len(self._end(example))

    def is_lossy(self, example: Example) -> bool:
        """Return whether the tokeniser cannot give the target back."""
        wanted = example.target.rstrip() if self.uses_template(example) else example.target  # most templates trim
        return is_lossy(self.vocabulary, wanted, self._answer(replace(example, target=wanted)))

    def uses_template(self, example: Example) -> bool:
        """Return whether a chat template writes `example`."""
        return bool(example.turns) and self.template is not None

    def _end(self, example: Example) -> Ids:
        return self.turn_end if self.uses_template(example) else (self.vocabulary.eos,)

    def _answer(self, example: Example) -> Ids:
        """Return the ids of a target as they follow its prompt, without its end."""
        if self.template is None or not example.turns:
            return self.vocabulary.ids(example.target)
        written = self.template.write(example.turns, example.target, example.tools)
        before = self.vocabulary.rendered_ids(written.prompt)
        whole = self.vocabulary.rendered_ids(written.prompt + written.answer)
        if whole[: len(before)] == before:
            return whole[len(before) :]
        return self.vocabulary.rendered_ids(written.answer, continues=True)

    def _written(self, turns: Sequence[Turn], tools: str) -> Ids:
        """Return what a chat template writes before an answer; the first target token must follow something."""
        text = self.template.prompt(turns, tools) if self.template else ""
        return self.vocabulary.rendered_ids(text) or (self.vocabulary.eos,)

    def _plain(self, turns: Sequence[Turn], tools: str) -> Ids:
        return self.vocabulary.prefix + self.vocabulary.ids(plain_text(turns, tools)) + self.separator

    def _plain_prompt(self, text: str, max_tokens: int, truncate: Side) -> Prompt:
        prefix, separator = self.vocabulary.prefix, self.separator
        whole = self.vocabulary.ids(text)
        kept = cut(whole, max(max_tokens - len(prefix) - len(separator), 0), truncate)
        return Prompt(ids=prefix + kept + separator, is_cut=len(kept) < len(whole))

    @cached_property
    def separator(self) -> Ids:
        """Return the separator; where the tokeniser drops line breaks, the first target token must still follow one."""
        return self.vocabulary.ids(SEPARATOR) or (self.vocabulary.eos,)

    @cached_property
    def _least_prompt(self) -> int:
        """Return the tokens that a prompt has at least, where no template writes it."""
        return len(self.vocabulary.prefix) + len(self.separator)

    def _earlier_answers(self, prompt: Prompt, tools: str) -> list[tuple[int, int]]:
        """Return where the answers before the last one stand in the ids of `prompt`, their ends included.

        An answer that the template writes otherwise once others follow, such as one with a thought, is left out.
        """
        spans = []
        for place, turn in enumerate(prompt.turns):
            if self.template is None or turn.role != "assistant" or not place or not turn.content:
                continue
            written = self.template.write(prompt.turns[:place], turn.content, tools)
            start = self.vocabulary.rendered_ids(written.prompt)
            stop = self.vocabulary.rendered_ids(written.prompt + written.answer + written.end)
            if prompt.ids[: len(stop)] == stop and stop[: len(start)] == start:
                spans.append((len(start), len(stop)))
        return spans
