"""What tests of several rooms share of chat templates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audition.encoding import NO_LIMIT, CausalEncoder, Vocabulary
from audition.encoding.pairs import IGNORED
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
