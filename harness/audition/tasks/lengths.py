"""How many tokens the examples of a task have, before any tokeniser has seen them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from audition.types import Example
    from audition.types.protocols import TaskLoader


LOOKED_AT = 500  #: training examples whose lengths are looked at
_BYTES_PER_TOKEN = 3.0  #: of ASCII; English under common vocabularies has 3 to 5
_BYTES_PER_OTHER_TOKEN = 1.5  #: of all else; Chinese under a byte-level vocabulary of English has 1 to 2


def estimated_lengths(examples: Iterable[Example]) -> list[tuple[int, int]]:
    """Return (input, target) tokens of each example, estimated from its bytes, rather too many than too few."""
    return [(estimated_tokens(example.input), estimated_tokens(example.target)) for example in examples]


def estimated_tokens(text: str) -> int:
    """Return the tokens of `text` and an end of sequence, estimated from its bytes."""
    n_bytes = len(text.encode())
    n_ascii = sum(character.isascii() for character in text)
    return 2 + round(n_ascii / _BYTES_PER_TOKEN + (n_bytes - n_ascii) / _BYTES_PER_OTHER_TOKEN)


def lengths_of(task: TaskLoader) -> list[tuple[int, int]]:
    """Return the (input, target) tokens of the task's first training examples, estimated."""
    return estimated_lengths(task.train(min(LOOKED_AT, task.spec.n_train or 0), 0))
