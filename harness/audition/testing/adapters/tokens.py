"""What an adapter's tokens are."""
# ruff: noqa: D102 - the names of tests are their documentation

from __future__ import annotations

from audition.testing.adapters.base import PAIRS, AdapterChecks, n_own_tokens
from audition.testing.promises import promise, require
from audition.types import Example
from audition.types.protocols import ModelAdapter


class TokenChecks(AdapterChecks):
    """Checks of what is counted and what is cut."""

    @promise(
        "n_target_tokens counts the target and one end of sequence, n_tokens the input as well",
        keep="add the end of sequence to the target yourself, and tokenise it without special tokens",
    )
    def test_only_target_and_end_of_sequence_are_counted(self, adapter: ModelAdapter) -> None:
        for example, encoded in zip(PAIRS, self.encode(adapter, PAIRS), strict=True):
            expected = n_own_tokens(adapter, example.target) + 1
            seen = f"of {example.target!r} it is {encoded.n_target_tokens}, not {expected}"
            require(encoded.n_target_tokens == expected, seen)
            require(
                encoded.n_tokens > encoded.n_target_tokens, f"n_tokens is {encoded.n_tokens} for {expected} of target"
            )

    @promise(
        "targets are cut at max_target_tokens, and never where that is None",
        keep="cut only `if max_target_tokens is not None`, and set is_truncated where something was cut",
    )
    def test_test_targets_are_never_cut(self, adapter: ModelAdapter) -> None:
        long = Example(input="Repeat.", target="river " * 20)
        whole = adapter.encode(long, max_input_tokens=64, max_target_tokens=None)
        cut = adapter.encode(long, max_input_tokens=64, max_target_tokens=7)
        require(cut.n_target_tokens == 7 and cut.is_truncated, f"cut at 7 it has {cut.n_target_tokens} tokens")
        expected = 1 + n_own_tokens(adapter, long.target)
        is_whole = whole.n_target_tokens == expected and not whole.is_truncated
        require(is_whole, f"a target of {expected} tokens has {whole.n_target_tokens} without a limit")

    @promise(
        "inputs are cut at max_input_tokens, and say so",
        keep="keep at most so many tokens of the input, special tokens included, and set is_truncated",
    )
    def test_long_inputs_are_cut_and_say_so(self, adapter: ModelAdapter) -> None:
        long = Example(input="river " * 100, target="sea")
        encoded = adapter.encode(long, max_input_tokens=16, max_target_tokens=None)
        require(encoded.is_truncated, "is_truncated is false")
        n_input = encoded.n_tokens - encoded.n_target_tokens
        require(n_input <= 17, f"{n_input} tokens of input remain of 16")  # a decoder's start token may come on top
