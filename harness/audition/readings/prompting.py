"""How a fine-tuned model is prompted as it was trained, as Python that needs transformers alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audition.encoding.causal import CausalEncoder

if TYPE_CHECKING:
    from audition.encoding.loading import Encoder
    from audition.types import Example

_LOAD = """\
import torch
from transformers import {auto}, AutoTokenizer

folder = "."  # the one this file is in
tokenizer = AutoTokenizer.from_pretrained(folder)
model = {auto}.from_pretrained(folder, dtype=torch.float32)

"""
_CHAT = """\
def answer(messages: list[dict[str, str]]) -> str:
    text = tokenizer.apply_chat_template(messages, add_generation_prompt={has_cue}, tokenize=False){opening}
    ids = torch.tensor([tokenizer(text, add_special_tokens=False)["input_ids"]])
    output = model.generate(ids, attention_mask=torch.ones_like(ids))
    return tokenizer.decode(output[0, ids.shape[1] :], skip_special_tokens=True{decoding}){ending}.strip()


print(answer([{{"role": "user", "content": "…"}}]))
"""
_PLAIN = """\
def answer(text: str) -> str:
    tokens = tokenizer(text, add_special_tokens=False, split_special_tokens=True)["input_ids"]
    ids = torch.tensor([[{before}*tokens, {after}]])  # {meaning}
    output = model.generate(ids, attention_mask=torch.ones_like(ids))
    return tokenizer.decode(output[0, ids.shape[1] :], skip_special_tokens=True{decoding})


print(answer("…"))
"""
_SEQ2SEQ = """\
def answer(text: str) -> str:
    inputs = tokenizer(text, split_special_tokens=True, return_tensors="pt")
    output = model.generate(input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"])
    return tokenizer.decode(output[0], skip_special_tokens=True{decoding})


print(answer("…"))
"""


def how_to_prompt(encoder: Encoder, example: Example) -> str:
    """Return Python that loads a fine-tuned model from its own folder and prompts it as `example` was.

    Only what the folder's tokeniser does not do by itself is spelled out. Decoding is greedy, by the folder's
    `generation_config.json`.
    """
    decoding = f", clean_up_tokenization_spaces={encoder.vocabulary.cleans_up}"
    decoding += "".join(f", {name}={value!r}" for name, value in encoder.vocabulary.decoding.items())
    if not isinstance(encoder, CausalEncoder):
        return _LOAD.format(auto="AutoModelForSeq2SeqLM") + "\n" + _SEQ2SEQ.format(decoding=decoding)
    load = _LOAD.format(auto="AutoModelForCausalLM") + "\n"
    return load + (_chat if encoder.uses_template(example) else _plain)(encoder, decoding)


def _chat(encoder: CausalEncoder, decoding: str) -> str:
    assert encoder.template is not None  # noqa: S101 - for mypy; the example uses it
    has_cue, opening = encoder.template.opening
    ending = encoder.template.text_end
    return _CHAT.format(
        has_cue=has_cue,
        opening=f" + {opening!r}" if opening else "",
        decoding=decoding,
        ending=f".partition({ending!r})[0]" if ending else "",
    )


def _plain(encoder: CausalEncoder, decoding: str) -> str:
    before = "".join(f"{token}, " for token in encoder.vocabulary.prefix)
    after = ", ".join(map(str, encoder.separator))
    meaning = "the beginning of sequence, the text, a line break" if before else "the text, a line break"
    return _PLAIN.format(before=before, after=after, meaning=meaning, decoding=decoding)
