"""What a chat template makes of a conversation, against text that is spelled out here."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from audition.encoding import Vocabulary
from audition.encoding.chat import ChatTemplate, dated
from audition.encoding.pairs import IGNORED
from audition.errors import UsageError
from audition.testing.tokenisers import build_tokeniser
from worlds.chat_templates import CHAT, CUED, FIRST, LAST, MARKED, ROLES, encoder, read

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


def test_an_answer_ends_with_the_token_that_ends_its_turn(tokenizer: PreTrainedTokenizerBase) -> None:
    before = "<s>system\nBe brief.<pad>\n<s>user\nWhich river?<pad>\n<s>assistant\nThe sea.<pad>\n"
    assert read(tokenizer, CUED) == [before + "<s>user\nWhich whale?<pad>\n<s>assistant\n", "The blue one.<pad>"]


def test_a_template_without_a_cue_still_opens_the_answers_turn(tokenizer: PreTrainedTokenizerBase) -> None:
    assert read(tokenizer, MARKED) == read(tokenizer, CUED)


def test_a_template_that_writes_nothing_after_an_answer_leaves_the_end_to_the_tokeniser(
    tokenizer: PreTrainedTokenizerBase,
) -> None:
    plain = "{% for m in messages %}\n{{ m.role }}: {{ m.content }}{% endfor %}"
    assert read(tokenizer, plain)[-1] == "The blue one.</s>"


def test_a_system_turn_that_the_template_refuses_goes_into_the_first_user_turn(
    tokenizer: PreTrainedTokenizerBase,
) -> None:
    strict = "{% if messages[0].role == 'system' %}{{ raise_exception('no system') }}{% endif %}" + CUED
    assert read(tokenizer, strict)[0].startswith("<s>user\nBe brief.\n\nWhich river?<pad>\n")


def test_what_else_the_template_refuses_is_named(tokenizer: PreTrainedTokenizerBase) -> None:
    strict = "{% if messages[0].role == messages[1].role %}{{ raise_exception('must alternate') }}{% endif %}" + CUED
    with pytest.raises(UsageError, match="refuses a conversation of user, user: must alternate"):
        read(tokenizer, strict, replace(CHAT, turns=(FIRST, LAST)))


def test_the_date_of_a_template_stands_still(tokenizer: PreTrainedTokenizerBase) -> None:
    today = "{{ strftime_now('%Y-%m-%d') }}" + CUED
    assert read(tokenizer, today)[0].startswith("2024-07-26<s>system")
    tokenizer.chat_template = dated(today)
    rendered = tokenizer.apply_chat_template([{"role": "user", "content": "hi"}], tokenize=False)
    assert str(rendered).startswith("2024-07-26<s>user")
    assert dated(CUED) == CUED


def test_a_tokeniser_without_a_template_has_none(tokenizer: PreTrainedTokenizerBase) -> None:
    tokenizer.chat_template = None
    assert ChatTemplate.of(Vocabulary.of(tokenizer, n_vocab=512, owner="it")) is None


def test_a_turn_may_end_with_an_added_token_that_is_not_special() -> None:
    tokenizer = build_tokeniser("llama", 400, ROLES)
    tokenizer.add_tokens(["<end_of_turn>"], special_tokens=False)
    template = CUED.replace("<pad>", "<end_of_turn>")
    assert read(tokenizer, template)[-1] == "The blue one.<end_of_turn>"
    spelled = replace(CHAT, target="Write <end_of_turn> here.")
    pair = encoder(tokenizer, template).encode(spelled, max_input_tokens=500, max_target_tokens=None)
    end = int(str(tokenizer.convert_tokens_to_ids("<end_of_turn>")))
    assert [label for label in pair.labels if label != IGNORED].count(end) == 1
    known = encoder(tokenizer, template).template
    assert known is not None
    assert known.answer_in("The blue one.<end_of_turn>\n<s>user") == "The blue one."
