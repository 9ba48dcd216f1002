"""What a chat template makes of a conversation, against text that is spelled out here."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from audition.encoding import NO_LIMIT, CausalEncoder, Vocabulary
from audition.encoding.chat import ChatTemplate, dated
from audition.encoding.pairs import IGNORED
from audition.errors import UsageError
from audition.testing.tokenisers import build_tokeniser
from audition.types import Example, Turn

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

ROLES = {"bos": "<s>", "eos": "</s>", "unk": "<unk>", "pad": "<pad>"}
MARKED = "{% for m in messages %}<s>{{ m.role }}\n{{ m.content }}<pad>\n{% endfor %}"
CUED = MARKED + "{% if add_generation_prompt %}<s>assistant\n{% endif %}"
SYSTEM = Turn(role="system", content="Be brief.")
FIRST = Turn(role="user", content="Which river?")
SAID = Turn(role="assistant", content="The sea.")
LAST = Turn(role="user", content="Which whale?")
CHAT = Example(input="…", target="The blue one.", turns=(SYSTEM, FIRST, SAID, LAST))


@pytest.fixture(scope="module")
def tokenizer() -> PreTrainedTokenizerBase:
    return build_tokeniser("llama", 400, ROLES)


def encoder(tokenizer: PreTrainedTokenizerBase, template: str) -> CausalEncoder:
    tokenizer.chat_template = template
    return CausalEncoder(vocabulary=Vocabulary.of(tokenizer, n_vocab=512, owner="it"), n_positions=NO_LIMIT)


def read(tokenizer: PreTrainedTokenizerBase, template: str, example: Example = CHAT, **options: object) -> list[str]:
    """Return the texts that are read and not scored, and scored, in turn."""
    pair = encoder(tokenizer, template).encode(
        example,
        max_input_tokens=500,
        max_target_tokens=None,
        **options,  # type: ignore[arg-type]  # of the tests
    )
    labels = (IGNORED, *pair.labels)
    ids = (*pair.input_ids, pair.labels[-1])
    parts: list[tuple[bool, list[int]]] = []
    for token, label in zip(ids, labels, strict=True):
        if not parts or parts[-1][0] is not (label != IGNORED):
            parts.append((label != IGNORED, []))
        parts[-1][1].append(token)
    return [str(tokenizer.decode(part)) for _, part in parts]


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


def test_an_end_that_is_text_is_learned_as_text(tokenizer: PreTrainedTokenizerBase) -> None:
    spoken = "{% for m in messages %}{{ m.role }}: {{ m.content }}###\n{% endfor %}"
    cued = spoken + "{% if add_generation_prompt %}assistant: {% endif %}"
    assert read(tokenizer, cued)[-1] == "The blue one.###\n"
    template = encoder(tokenizer, cued).template
    assert template is not None
    assert template.answer_in("The blue one.###\nuser: more") == "The blue one."


def test_an_empty_thought_is_read_and_not_scored(tokenizer: PreTrainedTokenizerBase) -> None:
    thinking = CUED.replace(
        "{{ m.content }}", "{% if m.role == 'assistant' %}(no thought)\n\n{% endif %}{{ m.content }}"
    )
    before, scored = read(tokenizer, thinking, replace(CHAT, turns=(LAST,)))
    assert before.endswith("assistant\n(no thought)\n\n")
    assert scored == "The blue one.<pad>"


def test_all_answers_are_learned_where_that_is_asked_for(tokenizer: PreTrainedTokenizerBase) -> None:
    parts = read(tokenizer, CUED, train_on="all-assistant")
    assert parts[1::2] == ["The sea.<pad>", "The blue one.<pad>"]
    assert "".join(parts) == "".join(read(tokenizer, CUED))


def test_a_system_turn_that_the_template_refuses_goes_into_the_first_user_turn(
    tokenizer: PreTrainedTokenizerBase,
) -> None:
    strict = "{% if messages[0].role == 'system' %}{{ raise_exception('no system') }}{% endif %}" + CUED
    assert read(tokenizer, strict)[0].startswith("<s>user\nBe brief.\n\nWhich river?<pad>\n")


def test_what_else_the_template_refuses_is_named(tokenizer: PreTrainedTokenizerBase) -> None:
    strict = "{% if messages[0].role == messages[1].role %}{{ raise_exception('must alternate') }}{% endif %}" + CUED
    with pytest.raises(UsageError, match="refuses a conversation of user, user: must alternate"):
        read(tokenizer, strict, replace(CHAT, turns=(FIRST, LAST)))


def test_calls_of_tools_reach_a_template_that_knows_them_and_stand_in_the_text_of_another(
    tokenizer: PreTrainedTokenizerBase,
) -> None:
    call = {"tool_calls": [{"type": "function", "function": {"name": "look", "arguments": {"at": "whales"}}}]}
    turns = (
        LAST,
        Turn(role="assistant", content="", extra=json.dumps(call)),
        Turn(role="tool", content="blue", extra='{"name": "look"}'),
    )
    example = replace(CHAT, turns=turns, tools='[{"type": "function", "function": {"name": "look"}}]')
    knowing = (
        "{% if tools %}{{ tools[0].function.name }};{% endif %}{% for m in messages %}<s>{{ m.role }}\n"
        "{% if m.tool_calls %}{{ m.tool_calls[0].function.arguments.at }}{% endif %}{{ m.content }}<pad>\n{% endfor %}"
    )
    assert read(tokenizer, knowing, example)[0].startswith("look;<s>user\nWhich whale?<pad>\n<s>assistant\nwhales<pad>")
    unknowing = read(tokenizer, CUED, example)[0]
    assert unknowing.startswith('<s>system\nTools: [{"type": "function", "function": {"name": "look"}}]<pad>\n')
    assert '<s>assistant\n[{"type": "function", "function": {"name": "look", "arguments"' in unknowing


def test_data_that_spells_the_end_of_a_turn_is_text(tokenizer: PreTrainedTokenizerBase) -> None:
    example = replace(CHAT, target="Write <pad> at the end.", turns=(replace(LAST, content="What is <pad>?"),))
    pair = encoder(tokenizer, CUED).encode(example, max_input_tokens=500, max_target_tokens=None)
    end = int(str(tokenizer.convert_tokens_to_ids("<pad>")))
    scored = [label for label in pair.labels if label != IGNORED]
    assert scored.count(end) == 1
    assert scored[-1] == end
    assert read(tokenizer, CUED, example) == [
        "<s>user\nWhat is <pad>?<pad>\n<s>assistant\n",
        "Write <pad> at the end.<pad>",
    ]


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


def test_a_template_that_trims_answers_loses_no_target_for_a_line_break_at_its_end(
    tokenizer: PreTrainedTokenizerBase,
) -> None:
    trimming = encoder(tokenizer, CUED.replace("m.content", "(m.content | trim)"))
    assert not trimming.is_lossy(replace(CHAT, target="The blue one.\n"))
    assert trimming.is_lossy(replace(CHAT, target="    return whale"))


def test_a_template_that_drops_part_of_an_answer_loses_it(tokenizer: PreTrainedTokenizerBase) -> None:
    dropping = encoder(tokenizer, CUED.replace("m.content", "m.content.split('</think>')[-1]"))
    assert dropping.is_lossy(replace(CHAT, target="<think>hm</think>The blue one."))


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
