"""Ship a trained model: bf16 weights, tokeniser, configuration and a card, checked by loading them again."""

from __future__ import annotations

import json
import math
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from transformers import AutoModelForCausalLM, AutoModelForSeq2SeqLM, AutoTokenizer, PreTrainedModel

from audition.checkpoints.shapes import read_shape
from audition.text import codec
from zoo.files import atomic_path
from zoo.pretraining import FINAL_RATE, WARM_UP, WEIGHT_DECAY, Pretraining
from zoo.tokenisers import shipped_tokeniser

if TYPE_CHECKING:
    from pathlib import Path

    from tokenizers import Tokenizer

    from zoo.specs import ZooModel

CARD = "card.json"
_ROUND_TRIPS = (
    "Hello, world!  Two  spaces ",
    "复制表格中的内容，例如：“数据”。",
    "emoji 😀👩‍👧 ok",
    " first\tsecond\nthird",
)
_TOLERANCE = 2e-2  #: what rounding the weights to bf16 may change of the held-out loss, in nats per token
#: Fine-tuning learning rate until one is found on validation.
_UNTUNED_RATE = 1e-3


def export(model: ZooModel, training: Pretraining, tokeniser: Tokenizer, text: list[dict[str, str]], out: Path) -> Path:
    """Write the model's folder below ``out`` and return it; an existing one is replaced when the new one is checked."""
    folder = out / model.name
    with atomic_path(folder) as temporary:
        _write(model, training, tokeniser, temporary)
        card = _card(model, training, text, _count_parameters(temporary, model))
        write_card(temporary, card)
        _check(model, training, temporary)
    return folder


def write_card(folder: Path, card: dict[str, Any]) -> None:
    """Write ``card.json`` into a model's folder."""
    with atomic_path(folder / CARD) as temporary:
        temporary.write_text(json.dumps(card, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def read_card(folder: Path) -> dict[str, Any]:
    """Return the card of a model's folder."""
    card: dict[str, Any] = json.loads((folder / CARD).read_text(encoding="utf-8"))
    return card


def load_shipped(folder: Path) -> PreTrainedModel:
    """Return the network of a model's folder in float32."""
    is_seq2seq = json.loads((folder / "config.json").read_text(encoding="utf-8")).get("is_encoder_decoder")
    loader = AutoModelForSeq2SeqLM if is_seq2seq else AutoModelForCausalLM
    network: PreTrainedModel = loader.from_pretrained(folder, dtype=torch.float32)
    return network


def _write(model: ZooModel, training: Pretraining, tokeniser: Tokenizer, folder: Path) -> None:
    training.network.to(torch.bfloat16).save_pretrained(folder)  # type: ignore[arg-type]  # its wrapper loses self
    shipped_tokeniser(
        tokeniser, n_positions=model.shape.n_positions, is_seq2seq=model.objective != "causal"
    ).save_pretrained(folder)
    (folder / "model.safetensors").chmod(0o644)  # safetensors writes it for its owner alone


def _count_parameters(folder: Path, model: ZooModel) -> int:
    """Return the number of parameters, tied ones once; the name must say it."""
    n_params = sum(parameter.numel() for parameter in load_shipped(folder).parameters())
    said = model.name.rsplit("-", 1)[1]
    if said != f"{n_params / 1e6:.1f}m":
        raise ValueError(f"{model.name!r} has {n_params} parameters, its name says {said!r}")
    return n_params


def _check(model: ZooModel, training: Pretraining, folder: Path) -> None:
    """Raise ``ValueError`` unless what was written loads again, costs the same loss and loses no text."""
    shipped = AutoTokenizer.from_pretrained(folder)
    for text in _ROUND_TRIPS:
        if shipped.decode(shipped.encode(text), skip_special_tokens=True) != text:
            raise ValueError(f"the tokeniser of {model.name!r} does not give {text!r} back")
    before = training.progress.curve[-1][1]
    training.network = load_shipped(folder)
    after = training.held_out_loss()
    if not math.isclose(before, after, abs_tol=_TOLERANCE):
        raise ValueError(f"the shipped weights of {model.name!r} have a loss of {after:.4f} instead of {before:.4f}")


def _card(model: ZooModel, training: Pretraining, text: list[dict[str, str]], n_params: int) -> dict[str, Any]:
    has_experts, is_seq2seq = model.shape.n_experts is not None, model.objective != "causal"
    architecture = "encoder-decoder" if is_seq2seq else "decoder-only"
    return {
        "name": f"tiny/{model.name}",
        "family": model.family,
        "adapter": model.adapter,
        "architecture": architecture + ("-moe" if has_experts else ""),
        "n_params": n_params,
        "shape": _shape(training.network),
        "tokenizer": {
            "kind": {"bpe": "byte-level BPE", "unigram": "unigram with byte fallback"}[model.tokeniser.kind],
            "n_vocab": model.tokeniser.n_vocab,
            "languages": model.tokeniser.languages,
        },
        "objective": _objective(model),
        "languages": model.tokeniser.languages,
        "tokens_seen": training.progress.tokens,
        "pretraining": _pretraining(model, training),
        "text": text,
        "learning_rates": {"*": _UNTUNED_RATE},
        "licence": "Apache-2.0",
        "made_with": {package: version(package) for package in ("torch", "transformers", "tokenizers")},
    }


def _shape(network: PreTrainedModel) -> dict[str, Any]:
    shape: dict[str, Any] = codec.to_json(read_shape(network.config.to_dict()))
    # transformers 5 ties a T5 whatever its configuration says
    head = network.get_output_embeddings()  # type: ignore[no-untyped-call]  # the library leaves it untyped
    return {**shape, "is_tied": network.get_input_embeddings().weight is head.weight}


def _objective(model: ZooModel) -> str:
    hidden = f"{model.noise:.0%} of the tokens hidden in spans of {_spans(model)}"
    return {
        "causal": "causal language modelling",
        "span-corruption": f"span corruption with sentinels, {hidden}",
        "denoising": f"denoising: text infilling, {hidden}, and sentence permutation",
    }[model.objective]


def _spans(model: ZooModel) -> str:
    longest = model.shape.n_positions // 2  # the longest window of text
    spans = [f"{span:g} on average" if span < longest else "all at the end" for span in model.mean_spans]
    return ", or ".join(spans)


def _pretraining(model: ZooModel, training: Pretraining) -> dict[str, Any]:
    progress = training.progress
    return {
        "loss_unit": "nats/token",
        "curve": [[tokens, loss] for tokens, loss in progress.curve],
        "seconds": round(progress.seconds),
        "batch_tokens": model.batch_tokens,
        "steps": progress.step,
        "optimizer": f"AdamW, weight decay {WEIGHT_DECAY:g}",
        "learning_rate": {
            "schedule": "cosine",
            "peak": model.peak_learning_rate,
            "final": model.peak_learning_rate * FINAL_RATE,
            "warm_up_share": WARM_UP,
        },
        "text_shares": {language: float(np.round(share, 3)) for language, share in model.tokeniser.shares.items()},
        "seed": model.seed,
    }
