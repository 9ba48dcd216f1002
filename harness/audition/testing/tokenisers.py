"""A byte-level tokeniser trained on a few sentences, with the special tokens of each architecture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from transformers import PreTrainedTokenizerBase

SPECIAL_TOKENS = ("<pad>", "</s>", "<s>", "<unk>")

SENTENCES = (
    "The library reads and writes compressed archives without loading them into memory.",
    "A small tool that shows which files changed between two versions of a package.",
    "Write a sentence about a river that runs from the mountains to the sea.",
    "Which of the following animals is a mammal: the whale, the shark or the salmon?",
    "She opened the window, listened for a while, and went back to her work.",
    "Translate the following sentence from English to Chinese: the weather is fine today.",
    "The committee will meet again on Thursday to decide about the new building.",
    "Summarise the article in one line, and say where and when it happened.",
)

#: what the architecture's tokeniser puts around a text (`$A`); others put nothing
_TEMPLATES: Mapping[str, str] = {
    "opt": "</s> $A",
    "llama": "<s> $A",
    "bart": "<s> $A </s>",
    "t5": "$A </s>",
    "t5-v1.1": "$A </s>",
    "mt5": "$A </s>",
    "switch_transformers": "$A </s>",
}


def build_tokeniser(kind: str, n_vocab: int, roles: Mapping[str, str]) -> PreTrainedTokenizerBase:
    """Return a byte-level BPE tokeniser of at most `n_vocab` tokens that writes any text and reads it back.

    Args:
        kind: the architecture, which decides what is put around a text.
        n_vocab: at least 260: the bytes and the special tokens.
        roles: special token of each role, such as `{"eos": "</s>"}`.
    """
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast

    backend = Tokenizer(models.BPE())
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=n_vocab,
        special_tokens=list(SPECIAL_TOKENS),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    backend.train_from_iterator(SENTENCES, trainer)
    if kind in _TEMPLATES:
        ids = [(token, backend.token_to_id(token)) for token in SPECIAL_TOKENS]
        backend.post_processor = processors.TemplateProcessing(single=_TEMPLATES[kind], special_tokens=ids)
    named = {f"{role}_token": token for role, token in roles.items()}
    make: Any = PreTrainedTokenizerFast  # its constructor is not annotated
    tokeniser: PreTrainedTokenizerBase = make(tokenizer_object=backend, clean_up_tokenization_spaces=False, **named)
    return tokeniser
