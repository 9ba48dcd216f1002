"""What tests of several rooms share of toy candidates."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from audition.training.candidate import Candidate
    from audition.types import Example


def n_params(of: Candidate) -> int:
    return sum(parameter.numel() for parameter in of.adapter.module.parameters())


def n_tokens(of: Candidate, examples: Iterable[Example]) -> int:
    return sum(of.adapter.encode(each, max_input_tokens=512, max_target_tokens=None).n_tokens for each in examples)
