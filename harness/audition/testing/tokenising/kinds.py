"""Small tokenisers of the kinds that transformers has, trained on a few sentences and saved as real ones are."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal
from warnings import catch_warnings, filterwarnings

from audition.testing.tokenisers import SENTENCES
from audition.testing.tokenising.templates import TEMPLATES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Network = Literal["llama", "t5", "bart", "marian", "m2m_100", "mbart"]
_ROLES = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>"}
_T5_IDS = {"pad_id": 0, "eos_id": 1, "unk_id": 2, "bos_id": -1}  #: as T5's tokeniser takes them to be
_BASE = ("<unk>", "<s>", "</s>", "<pad>")
_TEXT = [
    *SENTENCES,
    "the sea\nthe river",
    "a  b",
    "0 1 2 3 4 5 6 7 8 9",
    "Which river? the sea. whale",
    "<s> </s> seven",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class TokeniserKind:
    """One kind of tokeniser, the network it is tried with, and what it can write."""

    save: Callable[[Path], None]  #: to a folder
    network: Network = "llama"
    template: str | None = None  #: of `TEMPLATES`
    keeps_white_space: bool = True  #: line breaks and double spaces come back
    takes_specials: bool = True  #: text that spells special tokens comes back


def _backend(model: Any, **parts: Any) -> Any:  # noqa: ANN401 - parts of the tokenizers library, without types
    from tokenizers import Tokenizer

    backend: Any = Tokenizer(model)
    for name, part in parts.items():
        setattr(backend, name, part)
    return backend


def _save(backend: Any, folder: Path, template: str | None = None, **fields: Any) -> None:  # noqa: ANN401
    from transformers import PreTrainedTokenizerFast

    make: Any = PreTrainedTokenizerFast
    tokenizer = make(tokenizer_object=backend, **{**_ROLES, **fields})
    if template:
        tokenizer.add_special_tokens({"additional_special_tokens": list(TEMPLATES[template].specials)})
        tokenizer.chat_template = TEMPLATES[template].source
    tokenizer.save_pretrained(folder)


def _byte_bpe(
    folder: Path,
    *,
    prefix_space: bool = False,
    template: str | None = None,
    writes_bos: bool = False,
    **fields: Any,  # noqa: ANN401 - of a tokeniser
) -> None:
    from tokenizers import decoders, models, pre_tokenizers, processors, trainers

    backend = _backend(
        models.BPE(),
        pre_tokenizer=pre_tokenizers.ByteLevel(add_prefix_space=prefix_space),
        decoder=decoders.ByteLevel(),
    )
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=400, special_tokens=list(_BASE), initial_alphabet=alphabet, show_progress=False
    )
    backend.train_from_iterator(_TEXT, trainer)
    if writes_bos:
        ids = [(token, backend.token_to_id(token)) for token in _BASE]
        backend.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=ids)
    _save(backend, folder, template, **fields)


def _word_piece(folder: Path) -> None:
    from tokenizers import decoders, models, pre_tokenizers, trainers

    backend = _backend(
        models.WordPiece(unk_token="<unk>"),  # noqa: S106 - a token of a tokeniser
        pre_tokenizer=pre_tokenizers.BertPreTokenizer(),
        decoder=decoders.WordPiece(),
    )
    backend.train_from_iterator(_TEXT, trainers.WordPieceTrainer(vocab_size=400, special_tokens=list(_BASE)))
    _save(backend, folder, clean_up_tokenization_spaces=True)


def _sentencepiece(folder: Path, name: str, *, model: str, rule: str, byte_fallback: bool = False, **ids: int) -> Path:
    """Train a SentencePiece model and return its file."""
    import sentencepiece

    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    train: Any = sentencepiece.SentencePieceTrainer.train
    with path.open("wb") as file:
        train(
            sentence_iterator=iter(_TEXT * 3),
            model_writer=file,
            model_type=model,
            vocab_size=400 if byte_fallback else 150,
            hard_vocab_limit=False,
            character_coverage=1.0,
            byte_fallback=byte_fallback,
            normalization_rule_name=rule,
            remove_extra_whitespaces=rule != "identity",
            minloglevel=2,
            num_threads=1,
            **{"unk_id": 0, "bos_id": 1, "eos_id": 2, "pad_id": 3, **ids},
        )
    return path


def _spm(folder: Path, *, tokenizer: str, name: str, **options: Any) -> None:  # noqa: ANN401 - see `_sentencepiece`
    """Save a SentencePiece model alone: transformers converts it when it is loaded."""
    _sentencepiece(folder, name, **options)
    config: dict[str, Any] = {**_ROLES, "tokenizer_class": tokenizer}
    if tokenizer == "T5Tokenizer":
        config |= {"extra_ids": 4}
        config.pop("bos_token")
    (folder / "tokenizer_config.json").write_text(json.dumps(config))


def _marian(folder: Path) -> None:
    source = _sentencepiece(folder, "source.spm", model="unigram", rule="identity")
    target = _sentencepiece(folder, "target.spm", model="bpe", rule="identity")
    pieces = dict.fromkeys(["</s>", "<unk>", *_pieces(source), *_pieces(target), "<pad>"])
    vocabulary = {piece: place for place, piece in enumerate(piece for piece in pieces if piece not in ("<s>",))}
    (folder / "vocab.json").write_text(json.dumps(vocabulary))
    config = {"source_lang": "en", "target_lang": "de", "tokenizer_class": "MarianTokenizer"}
    (folder / "tokenizer_config.json").write_text(json.dumps(config))


def _m2m100(folder: Path) -> None:
    path = _sentencepiece(folder, "sentencepiece.bpe.model", model="bpe", rule="identity")
    pieces = dict.fromkeys(["<s>", "<pad>", "</s>", "<unk>", *_pieces(path)])
    (folder / "vocab.json").write_text(json.dumps({piece: place for place, piece in enumerate(pieces)}))
    config = {"src_lang": "en", "tgt_lang": "de", "tokenizer_class": "M2M100Tokenizer"}
    (folder / "tokenizer_config.json").write_text(json.dumps(config))


def _with_language(folder: Path, make: Callable[[list[tuple[str, float]]], Any]) -> None:
    path = _sentencepiece(folder, "made.model", model="unigram", rule="identity")
    scored = [(piece, -float(place)) for place, piece in enumerate(_pieces(path)) if piece not in _BASE]
    path.unlink()
    make(scored).save_pretrained(folder)


def _nllb(folder: Path) -> None:
    from transformers import NllbTokenizer

    def make(scored: list[tuple[str, float]]) -> Any:  # noqa: ANN401
        names = ["<s>", "<pad>", "</s>", "<unk>", *(piece for piece, _ in scored)]
        build: Any = NllbTokenizer
        vocabulary = {name: place for place, name in enumerate(names)}
        return build(vocab=vocabulary, merges=[], src_lang="eng_Latn", tgt_lang="deu_Latn")

    _with_language(folder, make)


def _mbart(folder: Path) -> None:
    from transformers import MBartTokenizer

    def make(scored: list[tuple[str, float]]) -> Any:  # noqa: ANN401
        from transformers.models.mbart.tokenization_mbart import FAIRSEQ_LANGUAGE_CODES

        first = [(name, 0.0) for name in ("<s>", "<pad>", "</s>", "<unk>")]
        last = [(name, 0.0) for name in (*FAIRSEQ_LANGUAGE_CODES, "<mask>")]
        build: Any = MBartTokenizer
        return build(vocab=[*first, *scored, *last], src_lang="en_XX", tgt_lang="de_DE")

    _with_language(folder, make)


def _pieces(path: Path) -> list[str]:
    import sentencepiece

    model: Any = sentencepiece.SentencePieceProcessor(model_file=str(path))
    return [model.id_to_piece(place) for place in range(model.get_piece_size())]


def _chat(template: str, **options: Any) -> TokeniserKind:  # noqa: ANN401 - of `_byte_bpe`
    return TokeniserKind(save=lambda folder: _byte_bpe(folder, template=template, **options), template=template)


TOKENISER_KINDS: dict[str, TokeniserKind] = {
    "byte-bpe": TokeniserKind(save=_byte_bpe),
    "byte-bpe-prefix-space": TokeniserKind(save=lambda folder: _byte_bpe(folder, prefix_space=True)),
    "byte-bpe-bos": TokeniserKind(save=lambda folder: _byte_bpe(folder, writes_bos=True)),
    "no-pad": TokeniserKind(save=lambda folder: _byte_bpe(folder, pad_token=None)),
    "left-padding": TokeniserKind(save=lambda folder: _byte_bpe(folder, padding_side="left")),
    "word-piece": TokeniserKind(save=_word_piece, keeps_white_space=False, takes_specials=False),
    "spm-bpe-byte-fallback": TokeniserKind(
        save=lambda folder: _spm(
            folder,
            tokenizer="LlamaTokenizer",
            name="tokenizer.model",
            model="bpe",
            rule="identity",
            byte_fallback=True,
        ),
        takes_specials=False,
    ),
    "spm-bpe-default": TokeniserKind(
        save=lambda folder: _spm(
            folder, tokenizer="LlamaTokenizer", name="tokenizer.model", model="bpe", rule="nmt_nfkc"
        ),
        keeps_white_space=False,
        takes_specials=False,
    ),
    "spm-unigram-default": TokeniserKind(
        save=lambda folder: _spm(
            folder, tokenizer="T5Tokenizer", name="spiece.model", model="unigram", rule="nmt_nfkc", **_T5_IDS
        ),
        network="t5",
        keeps_white_space=False,
        takes_specials=False,
    ),
    "spm-unigram-identity": TokeniserKind(
        save=lambda folder: _spm(
            folder, tokenizer="T5Tokenizer", name="spiece.model", model="unigram", rule="identity", **_T5_IDS
        ),
        network="t5",
        keeps_white_space=False,
        takes_specials=False,
    ),
    "bart": TokeniserKind(save=lambda folder: _bart(folder), network="bart"),
    "marian": TokeniserKind(save=_marian, network="marian", takes_specials=False),
    "m2m100": TokeniserKind(save=_m2m100, network="m2m_100", takes_specials=False),
    "nllb": TokeniserKind(save=_nllb, network="m2m_100", takes_specials=False),
    "mbart": TokeniserKind(save=_mbart, network="mbart", keeps_white_space=False, takes_specials=False),
    "gemma": _chat("gemma", writes_bos=True),  # tokeniser and template both write a beginning
    "llama-3": _chat("llama-3", writes_bos=True),
    "qwen": _chat("qwen"),
    "qwen-thinking": _chat("qwen-thinking"),
    "phi-3": _chat("phi-3", padding_side="left"),
    "mistral": _chat("mistral", writes_bos=True),
}


def _bart(folder: Path) -> None:
    from audition.testing.tokenisers import build_tokeniser

    build_tokeniser("bart", 400, {"bos": "<s>", "eos": "</s>", "pad": "<pad>", "unk": "<unk>"}).save_pretrained(folder)


def build_tokenised(kind: str, folder: Path) -> Path:
    """Write a random model of some ten thousand weights with a tokeniser of this kind, and return its folder.

    Args:
        kind: one of `TOKENISER_KINDS`.
        folder: made if needed.
    """
    import torch
    import transformers

    from audition.encoding.pretrained import quiet

    made = TOKENISER_KINDS[kind]
    folder.mkdir(parents=True, exist_ok=True)
    with quiet(), torch.random.fork_rng(devices=[]), catch_warnings():
        filterwarnings("ignore", message="Recommended: pip install sacremoses")
        made.save(folder)
        tokenizer: Any = transformers.AutoTokenizer.from_pretrained(folder)
        torch.manual_seed(0)
        config = _config(made.network, tokenizer)
        auto: Any = transformers.AutoModelForSeq2SeqLM if config.is_encoder_decoder else None
        module: Any = (auto or transformers.AutoModelForCausalLM).from_config(config)
        module.save_pretrained(folder)
    return folder


def _config(network: Network, tokenizer: Any) -> Any:  # noqa: ANN401 - classes of transformers
    from transformers import AutoConfig

    places = [*tokenizer.get_vocab().values(), *getattr(tokenizer, "lang_code_to_id", {}).values()]
    n_vocab = max(len(tokenizer), *(place + 1 for place in places))
    shared = {"vocab_size": n_vocab, "eos_token_id": tokenizer.eos_token_id, "pad_token_id": tokenizer.pad_token_id}
    sides = {
        f"{side}_{name}": size
        for side in ("encoder", "decoder")
        for name, size in (("layers", 1), ("ffn_dim", 64), ("attention_heads", 2))
    }
    narrow = {"d_model": 32, **sides, "max_position_embeddings": 128}
    language = tokenizer.convert_tokens_to_ids(getattr(tokenizer, "tgt_lang", None) or "</s>")
    dimensions: dict[Network, dict[str, Any]] = {
        "llama": {
            "hidden_size": 32,
            "num_hidden_layers": 1,
            "num_attention_heads": 2,
            "intermediate_size": 64,
            "max_position_embeddings": 256,
            "bos_token_id": tokenizer.bos_token_id,
        },
        "t5": {"d_model": 32, "d_kv": 16, "d_ff": 64, "num_layers": 1, "num_heads": 2, "decoder_start_token_id": 0},
        "bart": {**narrow, "bos_token_id": tokenizer.bos_token_id, "decoder_start_token_id": tokenizer.eos_token_id},
        "marian": {**narrow, "decoder_start_token_id": tokenizer.pad_token_id},
        "m2m_100": {**narrow, "decoder_start_token_id": tokenizer.eos_token_id},
        "mbart": {**narrow, "decoder_start_token_id": language},
    }
    return AutoConfig.for_model(network, **shared, **dimensions[network])
