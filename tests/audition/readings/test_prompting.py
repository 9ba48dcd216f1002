"""A folder that a fine-tuning wrote, read by transformers alone, is the model that was evaluated."""

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoModelForSeq2SeqLM, AutoTokenizer, GenerationConfig

from audition.encoding.loading import load_encoder
from audition.readings.prompting import how_to_prompt
from audition.testing.checkpoints import Kind, build_checkpoint
from audition.testing.reference import reference_loss
from audition.testing.toy import ToyTask
from audition.workers.finetune import finetune
from worlds.model_requests import ask_model, load_candidate, recipe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from audition.types.protocols import ModelAdapter

pytestmark = pytest.mark.slow  # fine-tunes

FULL: dict[str, Any] = {}
LORA: dict[str, Any] = {"method": "lora"}
NF4: dict[str, Any] = {"method": "qlora"}
INT8: dict[str, Any] = {"method": "qlora", "quantisation": "int8"}
CASES: list[tuple[Kind, dict[str, Any]]] = [
    *((kind, FULL) for kind in ("gpt2", "opt", "phi", "llama", "bart", "t5", "mt5", "switch_transformers")),
    ("gpt2", LORA),
    ("bart", LORA),
    ("llama", NF4),
    ("t5", INT8),
]
N_SCORED = 10  #: test rows that the recipe scores


@pytest.mark.parametrize(("kind", "fields"), CASES, ids=[f"{kind}-{list(fields.values())}" for kind, fields in CASES])
def test_samples_and_loss_of_the_evaluation_come_back(kind: Kind, fields: dict[str, Any], tmp_path: Path) -> None:
    original, saved = build_checkpoint(kind, tmp_path / "original"), tmp_path / "saved"
    _decode_oddly(original)
    asked = ask_model(original, 64, recipe(epochs=3, max_target_tokens=8, **fields), save_to=str(saved))
    finetune(load_candidate(asked), ToyTask(), asked, lambda _: None)
    evaluation = json.loads((saved / "evaluation.json").read_text())

    answer = _prompting(how_to_prompt(load_encoder(asked.model, str(saved)), ToyTask().test(1)[0]), saved)
    assert [answer(sample["input"]) for sample in evaluation["samples"]] == [
        sample["generated"] for sample in evaluation["samples"]
    ]
    tolerance = 2e-2 if fields.get("quantisation") == "int8" else 1e-4  # int8 also rounds what it multiplies
    assert _loss_per_byte(saved, kind) == pytest.approx(evaluation["observation"]["loss_per_byte"], rel=tolerance)


def test_a_chat_is_prompted_and_ends_as_the_template_writes_it(tmp_path: Path) -> None:
    original, saved = build_checkpoint("llama", tmp_path / "original", n_positions=128), tmp_path / "saved"
    (original / "chat_template.jinja").write_text(
        "{% for m in messages %}<unk>{{ m.role }}\n{{ m.content }}<pad>\n{% endfor %}"
        "{% if add_generation_prompt %}<unk>assistant\n{% endif %}"
    )
    task = _Chats()
    asked = ask_model(original, 64, recipe(epochs=6, max_target_tokens=12, learning_rates=(0.02,)), save_to=str(saved))
    asked = replace(asked, task=task.spec, task_fingerprint=task.fingerprint)
    candidate = load_candidate(asked, cast("Any", task))
    finetune(candidate, cast("Any", task), asked, lambda _: None)
    evaluation = json.loads((saved / "evaluation.json").read_text())

    answer = _prompting(how_to_prompt(load_encoder(asked.model, str(saved)), task.test(1)[0]), saved)
    for sample in evaluation["samples"]:
        assert answer(sample["messages"]) == sample["generated"]
    pad = AutoTokenizer.from_pretrained(saved).convert_tokens_to_ids("<pad>")
    assert pad in cast("list[int]", GenerationConfig.from_pretrained(saved).eos_token_id)


class _Chats(ToyTask):
    """The toy's rows, each as one question and its answer."""

    def train(self, n_samples: int, seed: int) -> Any:  # noqa: ANN401
        return [_as_chat(example) for example in super().train(n_samples, seed)]

    def validation(self, n_samples: int | None = None) -> Any:  # noqa: ANN401
        return [_as_chat(example) for example in super().validation(n_samples)]

    def test(self, n_samples: int | None = None) -> Any:  # noqa: ANN401
        return [_as_chat(example) for example in super().test(n_samples)]


def _as_chat(example: Any) -> Any:  # noqa: ANN401
    from audition.types import Turn

    return replace(example, turns=(Turn(role="user", content=example.input),))


def _decode_oddly(folder: Path) -> None:
    """Leave the base model with settings that no evaluation has, as BART-CNN does."""
    config = GenerationConfig.from_pretrained(folder)
    config.min_length, config.num_beams, config.no_repeat_ngram_size = 20, 3, 2
    config.save_pretrained(folder)


def _prompting(code: str, folder: Path) -> Callable[[Any], str]:
    """Return `answer` of a card's Python, run in the folder the card is in; its last line, a sample call, left out."""
    names: dict[str, Any] = {}
    with _working_in(folder):
        exec(code.rpartition("print(")[0], names)  # noqa: S102 - what the card says
    return cast("Callable[[Any], str]", names["answer"])


@contextmanager
def _working_in(folder: Path) -> Iterator[None]:
    before = os.getcwd()  # noqa: PTH109
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def _loss_per_byte(folder: Path, kind: Kind) -> float:
    is_decoder = kind in ("gpt2", "opt", "phi", "llama")
    auto: Any = AutoModelForCausalLM if is_decoder else AutoModelForSeq2SeqLM
    loaded = SimpleNamespace(
        module=auto.from_pretrained(folder, dtype=torch.float32).eval(), tokenizer=AutoTokenizer.from_pretrained(folder)
    )
    rows = ToyTask().test(N_SCORED)
    nll = sum(reference_loss(cast("ModelAdapter", loaded), example) for example in rows)
    return nll / sum(len(example.target.encode()) for example in rows)
