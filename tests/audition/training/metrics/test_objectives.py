from __future__ import annotations

import pytest

from audition.training.metrics.objectives import FLOOR, classification, error_of, value_of


def test_accuracy_and_macro_f1_are_those_of_the_textbook() -> None:
    # a: 2 hits, said 3, there 2 -> 4/5; b: 1 hit, said 1, there 2 -> 2/3; c: never right, said 1, there 1 -> 0
    got = classification(["a", "a", "a", "b", "c"], ["a", "a", "b", "b", "a"])
    assert got["accuracy"] == pytest.approx(60)
    hits = {"a": (2, 3, 3), "b": (1, 1, 2), "c": (0, 1, 0)}
    assert got["f1"] == pytest.approx(100 * sum(2 * h / (s + t) for h, s, t in hits.values()) / 3)


def test_a_label_that_occurs_nowhere_counts_for_nothing() -> None:
    assert classification(["a", "b"], ["a", "b"]) == {"accuracy": 100.0, "f1": 100.0}


def test_an_exact_match_looks_past_the_space_around_texts() -> None:
    assert value_of("exact-match", [" yes\n", "no", "Yes"], ["yes", "nope", "yes"]) == pytest.approx(100 / 3)


@pytest.mark.slow  # evaluate and what it imports
def test_rouge_l_and_chrf_are_those_of_the_evaluation() -> None:
    assert value_of("rouge-l", ["the cat sat", "a dog"], ["the cat sat", "the cow"]) == pytest.approx(50)
    assert value_of("chrf", ["the cat"], ["the cat"]) == pytest.approx(100)


def test_an_error_is_never_zero() -> None:
    assert [error_of(value) for value in (100, 73, 0)] == pytest.approx([FLOOR, 0.27, 1.0])
