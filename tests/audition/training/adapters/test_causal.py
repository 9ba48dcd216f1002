"""What the models are made to read, id by id, and where it is cut."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

import pytest

from audition.checkpoints import read_spec
from audition.errors import UsageError
from audition.testing.checkpoints import Kind, build_checkpoint
from audition.types import Example, Turn
from audition_plugins.models import audition_adapters

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import TypeAlias

    from audition.training.adapters.causal import CausalAdapter
    from audition.training.adapters.seq2seq import Seq2SeqAdapter

    Load: TypeAlias = Callable[[Kind], CausalAdapter | Seq2SeqAdapter]

ENTRIES = {entry.name: entry for entry in audition_adapters()}
PAIR = Example(input="Which river?", target="the sea")
IGNORED = -100


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[Kind, Path]:
    kinds: tuple[Kind, ...] = ("gpt2", "opt", "llama", "bart", "t5")
    return {kind: build_checkpoint(kind, tmp_path_factory.mktemp(kind), n_positions=64) for kind in kinds}


@pytest.fixture
def load(folders: dict[Kind, Path]) -> Load:
    def load_adapter(kind: Kind) -> CausalAdapter | Seq2SeqAdapter:
        folder = str(folders[kind])
        entry = ENTRIES.get(kind, ENTRIES["auto"])
        adapter = entry.load(read_spec(folder, adapter_for=lambda _: entry.name), folder)
        return cast("CausalAdapter | Seq2SeqAdapter", adapter)

    return load_adapter


def ids(adapter: CausalAdapter | Seq2SeqAdapter, text: str) -> tuple[int, ...]:
    return tuple(adapter.tokenizer(text, add_special_tokens=False)["input_ids"])


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


def test_the_decoder_of_bart_reads_end_and_beginning_but_is_scored_on_neither(load: Load) -> None:
    adapter = load("bart")
    encoded = adapter.encode(PAIR, max_input_tokens=64, max_target_tokens=None)
    beginning, end = adapter.tokenizer.bos_token_id, adapter.tokenizer.eos_token_id
    target = ids(adapter, "the sea")
    assert encoded.input_ids == (beginning, *ids(adapter, "Which river?"), end)
    assert encoded.labels == (IGNORED, *target, end)
    assert adapter.collate([encoded])["decoder_input_ids"].tolist() == [[end, beginning, *target]]


def test_the_decoder_of_t5_starts_with_padding(load: Load) -> None:
    adapter = load("t5")
    batch = adapter.collate([adapter.encode(PAIR, max_input_tokens=64, max_target_tokens=None)])
    target, end = ids(adapter, "the sea"), adapter.tokenizer.eos_token_id
    assert batch["input_ids"].tolist() == [[*ids(adapter, "Which river?"), end]]
    assert batch["decoder_input_ids"].tolist() == [[adapter.tokenizer.pad_token_id, *target]]
    assert batch["labels"].tolist() == [[*target, end]]


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


@pytest.mark.parametrize("kind", ["bart", "t5"])
def test_a_cut_input_of_an_encoder_keeps_its_end(load: Load, kind: Kind) -> None:
    adapter = load(kind)
    encoded = adapter.encode(replace(PAIR, input="river " * 40), max_input_tokens=10, max_target_tokens=None)
    assert len(encoded.input_ids) == 10
    assert encoded.input_ids[-1] == adapter.tokenizer.eos_token_id
    assert encoded.is_truncated


@pytest.mark.parametrize("kind", ["gpt2", "bart"])
def test_a_cut_training_target_has_no_end(load: Load, kind: Kind) -> None:
    adapter = load(kind)
    long = replace(PAIR, target="river " * 100)
    encoded = adapter.encode(long, max_input_tokens=64, max_target_tokens=256)
    targets = [label for label in encoded.labels if label != IGNORED]
    assert tuple(targets) == ids(adapter, long.target)[: len(targets)]
    assert adapter.tokenizer.eos_token_id not in targets
    assert encoded.is_target_cut
    adapter.loss(adapter.collate([encoded]))  # fits the 64 positions


def test_the_input_gives_way_to_a_long_test_target(load: Load) -> None:
    adapter = load("gpt2")
    pair = Example(input="sea " * 60, target="river " * 25)
    encoded = adapter.encode(pair, max_input_tokens=64, max_target_tokens=None)
    assert encoded.n_target_tokens == len(ids(adapter, pair.target)) + 1
    assert len(encoded.input_ids) == 64
    assert encoded.is_truncated
    adapter.loss(adapter.collate([encoded]))


@pytest.mark.parametrize("kind", ["gpt2", "bart"])
def test_a_test_target_that_does_not_fit_is_named(load: Load, kind: Kind) -> None:
    with pytest.raises(
        UsageError, match=r"a target of \d+ tokens \('river river .*…'\) does not fit the 6\d positions"
    ):
        load(kind).encode(replace(PAIR, target="river " * 100), max_input_tokens=64, max_target_tokens=None)


def test_relative_positions_have_no_limit(load: Load) -> None:
    adapter = load("t5")
    encoded = adapter.encode(replace(PAIR, target="river " * 300), max_input_tokens=64, max_target_tokens=None)
    assert encoded.n_target_tokens > 300
    assert not encoded.is_truncated


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


def test_a_token_without_an_embedding_is_refused(load: Load) -> None:
    adapter = load("gpt2")
    adapter.tokenizer.add_tokens([f"<new{index}>" for index in range(300)])
    with pytest.raises(UsageError, match=r"makes token \d+, but the model has 512 embeddings: resize them"):
        adapter.encode(replace(PAIR, input="<new299>"), max_input_tokens=64, max_target_tokens=None)


def test_a_tokeniser_without_an_end_is_refused(load: Load) -> None:
    adapter = load("gpt2")
    adapter.tokenizer.eos_token = None
    with pytest.raises(UsageError, match="has no end-of-sequence token"):
        adapter.encode(PAIR, max_input_tokens=64, max_target_tokens=None)
