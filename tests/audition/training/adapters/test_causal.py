"""What the models are made to read, id by id, and where it is cut."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from audition.errors import UsageError
from audition.types import Example, Turn
from worlds.adapters import IGNORED, PAIR, ids

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from audition.testing.checkpoints import Kind
    from audition.training.adapters.causal import CausalAdapter
    from audition.training.adapters.seq2seq import Seq2SeqAdapter

    Load: TypeAlias = Callable[[Kind], CausalAdapter | Seq2SeqAdapter]


@pytest.mark.parametrize(("kind", "beginning"), [("gpt2", ()), ("opt", ("</s>",)), ("llama", ("<s>",))])
def test_a_decoder_reads_its_own_beginning_the_input_a_line_break_and_the_target(
    load: Load, kind: Kind, beginning: tuple[str, ...]
) -> None:
    adapter = load(kind)
    prompt = (*adapter.tokenizer.convert_tokens_to_ids(beginning), *ids(adapter, "Which river?"), *ids(adapter, "\n"))
    target = (*ids(adapter, "the sea"), adapter.tokenizer.eos_token_id)
    encoded = adapter.encode(PAIR, max_input_tokens=64, max_target_tokens=None)
    assert encoded.input_ids == prompt + target[:-1]
    assert encoded.labels == (IGNORED,) * (len(prompt) - 1) + target
    assert encoded.n_tokens == len(prompt) + len(target)


def test_batches_are_padded_on_the_right_and_labelled_from_the_first_target_on(load: Load) -> None:
    adapter = load("gpt2")
    pairs = [PAIR, replace(PAIR, target="the"), replace(PAIR, input="Which of the two rivers?")]
    encoded = [adapter.encode(pair, max_input_tokens=64, max_target_tokens=None) for pair in pairs]
    batch = adapter.collate(encoded)
    width = max(len(pair.input_ids) for pair in encoded)
    first = min(len(pair.labels) - pair.n_target_tokens for pair in encoded)
    assert batch["input_ids"].shape == batch["attention_mask"].shape == (3, width)
    assert batch["attention_mask"].sum(dim=1).tolist() == [len(pair.input_ids) for pair in encoded]
    assert batch["labels"].shape == (3, width - first)
    assert (batch["labels"] != IGNORED).sum(dim=1).tolist() == [pair.n_target_tokens for pair in encoded]


@pytest.mark.parametrize("kind", ["gpt2", "opt"])
def test_a_cut_input_keeps_its_beginning_and_its_line_break(load: Load, kind: Kind) -> None:
    adapter = load(kind)
    long = replace(PAIR, input="river " * 40)
    encoded = adapter.encode(long, max_input_tokens=10, max_target_tokens=None)
    whole = adapter.vocabulary.prefix + ids(adapter, long.input)
    assert encoded.input_ids[:10] == whole[:9] + ids(adapter, "\n")
    assert encoded.labels[9] == ids(adapter, "the sea")[0]
    assert encoded.is_truncated


TEMPLATE = (
    "{% for m in messages %}<{{ m.role }}>{{ m.content }}</s>{% endfor %}"
    "{% if add_generation_prompt %}<assistant>{% endif %}"
)


CHAT = Example(
    input="user: Which river?",
    target="the sea",
    turns=(Turn(role="system", content="Be short."), Turn(role="user", content="Which river?")),
)


def test_a_conversation_is_written_by_the_models_own_template(load: Load) -> None:
    plain = load("llama").encode(CHAT, max_input_tokens=64, max_target_tokens=None)
    adapter = load("llama")
    adapter.tokenizer.chat_template = TEMPLATE
    encoded = adapter.encode(CHAT, max_input_tokens=64, max_target_tokens=None)
    prompt = ids(adapter, "<system>Be short.</s><user>Which river?</s>") + ids(adapter, "<assistant>")
    assert encoded.input_ids == prompt + ids(adapter, "the sea")
    assert encoded.n_target_tokens == plain.n_target_tokens
    assert plain.input_ids[1:] == ids(adapter, CHAT.input) + ids(adapter, "\n") + ids(adapter, "the sea")


def test_a_cut_conversation_keeps_the_cue_of_the_answer_and_all_its_turns(load: Load) -> None:
    adapter = load("llama")
    adapter.tokenizer.chat_template = TEMPLATE
    whole = ids(adapter, "<system>Be short.</s><user>Which river?</s><assistant>")
    encoded = adapter.encode(CHAT, max_input_tokens=len(whole) - 1, max_target_tokens=None)
    prompt = encoded.input_ids[: len(encoded.input_ids) - len(ids(adapter, CHAT.target))]
    assert len(prompt) < len(whole)
    text = adapter.tokenizer.decode(prompt)
    assert text.endswith("</s><assistant>")
    assert text.startswith("<system>Be short.</s><user>Which r")
    assert encoded.is_input_cut


def test_a_conversation_whose_turns_cannot_be_shortened_enough_is_named(load: Load) -> None:
    adapter = load("llama")
    adapter.tokenizer.chat_template = TEMPLATE
    with pytest.raises(UsageError, match=r"writes \d+ tokens around a conversation of 2 turns .* room for 9"):
        adapter.encode(CHAT, max_input_tokens=9, max_target_tokens=None)


def test_a_conversation_the_template_refuses_is_named(load: Load) -> None:
    adapter = load("llama")
    adapter.tokenizer.chat_template = "{{ raise_exception('no system turn') }}"
    with pytest.raises(UsageError, match=r"refuses a conversation of system, user: no system turn"):
        adapter.encode(CHAT, max_input_tokens=64, max_target_tokens=None)
