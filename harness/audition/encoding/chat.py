"""Conversations as a model's own chat template writes them, and what it writes after an answer."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from audition.errors import UsageError
from audition.types import Turn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from audition.encoding.vocabulary import Vocabulary

DATE = "2024-07-26"  #: today, for templates that write it: the same conversation is the same text on any day
_TODAY = datetime.fromisoformat(DATE).replace(tzinfo=UTC)
_CLOCK = re.compile(r"strftime_now\(\s*(['\"])(.*?)\1\s*\)")  #: how a template asks for the date, in a format
_QUESTION = Turn(role="user", content="Say it.")
_ANSWER = "audition"  #: a word that no template writes


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A conversation with its answer, as a template writes it; data in it is marked where it spells special tokens."""

    prompt: str  #: all that stands before the answer
    answer: str  #: the answer as the template writes it, white space before it included
    end: str  #: what the template writes after an answer, up to the token that ends the turn; "" if nothing


@dataclass(frozen=True, kw_only=True)
class ChatTemplate:
    """The chat template of one tokeniser."""

    vocabulary: Vocabulary

    @classmethod
    def of(cls, vocabulary: Vocabulary) -> ChatTemplate | None:
        """Return the template of `vocabulary`'s tokeniser, or None if it has none."""
        return cls(vocabulary=vocabulary) if vocabulary.tokenizer.chat_template else None

    @cached_property
    def end(self) -> str:
        """Return what the template writes after an answer, up to the token that ends the turn; "" if only white space.

        The answer of a fixed conversation is told apart from what stands around it.
        """
        ending = self.vocabulary.special.search(self._after)
        return self._after[: ending.end()] if ending else (self._after if self._after.strip() else "")

    @cached_property
    def _after(self) -> str:
        return self._render((_QUESTION, _assistant(_ANSWER)), "", with_cue=False).rpartition(_ANSWER)[2]

    @cached_property
    def folds_system(self) -> bool:
        """Return whether the template refuses system turns, so that they go into the first user turn."""
        return not self._accepts((Turn(role="system", content="Be brief."), _QUESTION)) and self._accepts((_QUESTION,))

    def write(self, turns: Sequence[Turn], answer: str, tools: str) -> Written:
        """Return `turns` and `answer` as text.

        Raises:
            UsageError: the template refuses the conversation, such as two user turns in a row.
        """
        before, lead, rest = self._split(self._prepared(turns, tools), answer, tools)
        return Written(prompt=before + lead, answer=self._without_end(rest), end=self.end)

    def prompt(self, turns: Sequence[Turn], tools: str) -> str:
        """Return what stands before an answer, whatever the answer is: its turn's beginning, an empty thought included.

        Raises:
            UsageError: the template refuses the conversation.
        """
        return self.write(turns, _ANSWER, tools).prompt

    def answer_in(self, generated: str) -> str:
        """Return what a model generated up to where the template ends an answer, without space around it."""
        return (generated.partition(self.text_end)[0] if self.text_end else generated).strip()

    @cached_property
    def text_end(self) -> str:
        """Return the end of an answer where generated text shows it; "" where that is a special token, left out."""
        return (
            self.vocabulary.decode(self.vocabulary.rendered_ids(self.end, continues=True)).strip() if self.end else ""
        )

    @cached_property
    def opening(self) -> tuple[bool, str]:
        """Return whether prompts have the template's own cue for an answer, and what follows it, such as a thought."""
        whole = self.prompt((_QUESTION,), "")
        cued = self._render((_QUESTION,), "", with_cue=True)
        if whole.startswith(cued):
            return True, whole.removeprefix(cued)
        return False, whole.removeprefix(self._render((_QUESTION,), "", with_cue=False))

    def _prepared(self, turns: Sequence[Turn], tools: str) -> tuple[Turn, ...]:
        """Return the turns as this template can write them: what it knows nothing of stands in their text."""
        ready = list(turns if self._knows("tool_calls") else map(_spelled_out, turns))
        system = [ready.pop(0).content] if ready and ready[0].role == "system" else []
        if tools and not self._knows("tools"):
            system.append(f"Tools: {tools}")
        said = "\n\n".join(system)
        if not said:
            return tuple(ready)
        users = [place for place, turn in enumerate(ready) if turn.role == "user"]
        if not self.folds_system or not users:
            return (Turn(role="system", content=said), *ready)
        ready[users[0]] = replace(ready[users[0]], content=f"{said}\n\n{ready[users[0]].content}")
        return tuple(ready)

    def _knows(self, name: str) -> bool:
        return name in json.dumps(self.vocabulary.tokenizer.chat_template)

    @cached_property
    def _usual_lead(self) -> str:
        return self._split((_QUESTION,), _ANSWER, "")[1]

    def _split(self, turns: Sequence[Turn], answer: str, tools: str) -> tuple[str, str, str]:
        """Return what stands before an answer's turn, what its turn begins with besides, and the rest."""
        before = self._render(turns, tools, with_cue=True)
        whole = self._render((*turns, _assistant(answer)), tools, with_cue=False)
        if not whole.startswith(before):  # a cue that answers do not have, or no cue at all
            before = self._render(turns, tools, with_cue=False)
        written = self.vocabulary.marked(answer).strip()
        if not whole.startswith(before):  # the template writes earlier turns otherwise once they are answered
            before = whole[: max(whole.rfind(written), 0)]
        rest = whole[len(before) :]
        usual = "" if answer == _ANSWER else self._usual_lead
        lead = usual if usual and rest.startswith(usual) else rest[: max(rest.find(written), 0)]
        lead = lead if lead.strip() else ""  # white space belongs to the answer: words have the space before them
        return before, lead, rest[len(lead) :]

    def _without_end(self, written: str) -> str:
        """Return an answer without what the template writes after it."""
        if written.endswith(self._after):
            return written.removesuffix(self._after)
        return written.rpartition(self.end)[0] if self.end and self.end in written else written

    def _accepts(self, turns: Sequence[Turn]) -> bool:
        try:
            self._render(turns, "", with_cue=True)
        except UsageError:
            return False
        return True

    def _render(self, turns: Sequence[Turn], tools: str, *, with_cue: bool) -> str:
        from jinja2 import TemplateError

        offered = json.loads(tools) if tools and self._knows("tools") else None
        try:
            return str(
                self.vocabulary.tokenizer.apply_chat_template(
                    [self._message(turn) for turn in turns],
                    tools=offered,
                    chat_template=dated(self.vocabulary.tokenizer.get_chat_template(tools=offered)),
                    tokenize=False,
                    add_generation_prompt=with_cue,
                )
            )
        except (TemplateError, TypeError, KeyError, ValueError) as error:
            roles = ", ".join(turn.role for turn in turns)
            owner = self.vocabulary.owner
            raise UsageError(f"the chat template of {owner!r} refuses a conversation of {roles}: {error}") from error

    def _message(self, turn: Turn) -> dict[str, Any]:
        extra = json.loads(turn.extra) if turn.extra else {}
        return {"role": turn.role, "content": self.vocabulary.marked(turn.content), **extra}


def dated(source: str) -> str:
    """Return a chat template that takes `DATE` for today: transformers gives templates the clock, and nothing else."""
    formats = {match[2] for match in _CLOCK.finditer(source)}
    if "strftime_now" not in source:
        return source
    dates = {each: _TODAY.strftime(each) for each in sorted(formats)}
    usual = _TODAY.strftime("%d %b %Y")
    return f"{{%- macro strftime_now(format) -%}}{{{{ {dates!r}.get(format, {usual!r}) }}}}{{%- endmacro -%}}{source}"


def _assistant(content: str) -> Turn:
    return Turn(role="assistant", content=content)


def _spelled_out(turn: Turn) -> Turn:
    """Return a turn whose calls of tools stand in its text, for a template that knows nothing of them."""
    from audition.tasks.conversation import spoken

    return Turn(role=turn.role, content=spoken(turn)) if turn.extra else turn
