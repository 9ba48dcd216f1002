from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from audition.encoding.pairs import IGNORED
from audition.types import Turn
from worlds.chat_templates import CHAT, CUED, LAST, encoder, read

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


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


def test_a_template_that_trims_answers_loses_no_target_for_a_line_break_at_its_end(
    tokenizer: PreTrainedTokenizerBase,
) -> None:
    trimming = encoder(tokenizer, CUED.replace("m.content", "(m.content | trim)"))
    assert not trimming.is_lossy(replace(CHAT, target="The blue one.\n"))
    assert trimming.is_lossy(replace(CHAT, target="    return whale"))


def test_a_template_that_drops_part_of_an_answer_loses_it(tokenizer: PreTrainedTokenizerBase) -> None:
    dropping = encoder(tokenizer, CUED.replace("m.content", "m.content.split('</think>')[-1]"))
    assert dropping.is_lossy(replace(CHAT, target="<think>hm</think>The blue one."))
