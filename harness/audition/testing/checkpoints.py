"""Small random checkpoints of every architecture, saved to a folder as a real one is: nothing is downloaded."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from audition.testing.tokenisers import SPECIAL_TOKENS, build_tokeniser

if TYPE_CHECKING:
    from collections.abc import Mapping

    from transformers import PretrainedConfig

Kind = Literal["gpt2", "opt", "phi", "bart", "t5", "t5-v1.1", "mt5", "switch_transformers", "llama"]
KINDS: tuple[Kind, ...] = ("gpt2", "opt", "phi", "bart", "t5", "t5-v1.1", "mt5", "switch_transformers", "llama")

_WIDTH = {"n_embd": 64, "n_layer": 2, "n_head": 4}
_DECODER = {"hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4}
_BART = {
    **{f"{side}_{name}": size for side in ("encoder", "decoder") for name, size in (("layers", 2), ("ffn_dim", 128))},
    "d_model": 64,
    "encoder_attention_heads": 4,
    "decoder_attention_heads": 4,
}
_T5 = {"d_model": 64, "d_kv": 16, "d_ff": 128, "num_layers": 2, "num_heads": 4}
_SWITCH = {
    **_T5,
    "num_decoder_layers": 2,
    "num_experts": 4,
    "num_sparse_encoder_layers": 1,
    "num_sparse_decoder_layers": 1,
}


def build_checkpoint(
    kind: Kind, folder: str | Path, *, seed: int = 0, n_vocab: int = 512, n_positions: int = 256
) -> Path:
    """Write a random checkpoint of 100 to 400 thousand parameters, with a byte-level tokeniser, and return its folder.

    Dropout is what the architecture has by default, as in a real checkpoint. The same arguments write the same bytes.

    Args:
        kind: a `model_type`; "t5-v1.1" is T5 with gated layers and untied embeddings.
        folder: made if needed.
        seed: of the weights.
        n_vocab: rows of the embeddings; the tokeniser has at most as many tokens.
        n_positions: longest sequence, in tokens, of the architectures that have a limit.
    """
    import torch
    import transformers

    from audition.encoding.pretrained import quiet

    folder = Path(folder)
    config = _config(kind, n_vocab, n_positions)
    auto: Any = transformers.AutoModelForSeq2SeqLM if config.is_encoder_decoder else transformers.AutoModelForCausalLM
    with quiet(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        module: Any = auto.from_config(config)
        if kind in ("t5-v1.1", "mt5"):
            _untie(module)
        module.save_pretrained(folder)
        build_tokeniser(kind, n_vocab, _roles(kind)).save_pretrained(folder)
    return folder


def _config(kind: Kind, n_vocab: int, n_positions: int) -> PretrainedConfig:
    from transformers import AutoConfig

    ids = {f"{role}_token_id": SPECIAL_TOKENS.index(token) for role, token in _roles(kind).items()}
    positions = {} if "t5" in kind or "switch" in kind else {"max_position_embeddings": n_positions}
    config: PretrainedConfig = AutoConfig.for_model(
        "t5" if kind == "t5-v1.1" else kind, vocab_size=n_vocab, **ids, **positions, **_dimensions(kind)
    )
    return config


def _dimensions(kind: Kind) -> Mapping[str, Any]:
    table: dict[Kind, Mapping[str, Any]] = {
        "gpt2": _WIDTH,
        "opt": {**_DECODER, "ffn_dim": 256, "word_embed_proj_dim": 64},
        "phi": {**_DECODER, "intermediate_size": 256},
        "bart": {**_BART, "decoder_start_token_id": SPECIAL_TOKENS.index("</s>")},
        "t5": _T5,
        "t5-v1.1": {**_T5, "feed_forward_proj": "gated-gelu", "tie_word_embeddings": False},
        "mt5": {**_T5, "tie_word_embeddings": False},
        "switch_transformers": _SWITCH,
        "llama": {**_DECODER, "intermediate_size": 128, "num_key_value_heads": 2},
    }
    start = {"decoder_start_token_id": SPECIAL_TOKENS.index("<pad>")} if "d_kv" in table[kind] else {}
    return {**table[kind], **start}


def _roles(kind: Kind) -> Mapping[str, str]:
    """Return the special tokens the architecture's real tokenisers have; GPT-2, Phi and Llama have no padding."""
    if kind in ("gpt2", "phi"):
        return {"bos": "</s>", "eos": "</s>"}
    if kind == "llama":
        return {"bos": "<s>", "eos": "</s>"}
    if kind == "opt":
        return {"bos": "</s>", "eos": "</s>", "pad": "<pad>"}
    return {"bos": "<s>", "eos": "</s>", "pad": "<pad>"}


def _untie(module: Any) -> None:  # noqa: ANN401 - a transformers model, whose type does not know its head
    """Give the output embeddings weights of their own: transformers ties them until a checkpoint says otherwise."""
    from torch.nn import Parameter
    from torch.nn.init import normal_

    module.lm_head.weight = Parameter(normal_(module.lm_head.weight.detach().clone(), std=0.1))
