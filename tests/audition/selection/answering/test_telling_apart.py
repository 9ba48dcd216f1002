from __future__ import annotations

from dataclasses import replace

from audition.selection.answering.telling_apart import telling_apart
from audition.testing import toy_model
from audition.types import Cost, MemoryEstimate, Observation

GIB = 2**30
MODELS = [replace(toy_model("a"), licence="MIT"), replace(toy_model("b"), licence="cc-by-nc-4.0")]


def needs(gib: int) -> MemoryEstimate:
    return MemoryEstimate(weights=gib * GIB, gradients=0, optimiser=0, activations=0, logits=0, temporary=0, context=0)


def took(model: str, n_samples: int, seconds: float) -> Observation:
    return Observation(model=model, task="t", n_samples=n_samples, loss=2.0, cost=Cost(seconds=seconds))


def test_memory_time_and_licence_tell_level_candidates_apart() -> None:
    observations = [
        took("a", 100, 1.0),
        took("b", 100, 9.0),
        took("a", 200, 30.0),
        took("b", 200, 20.0),
        took("a", 400, 1),
    ]
    said = telling_apart(("a", "b"), observations, MODELS, {"a": needs(4), "b": needs(8)})
    assert said == (
        "What tells them apart: a takes the least memory (4 GiB, estimated); b trains fastest (1.5 times as fast as "
        "the slowest at 200, measured); licences: MIT (a), cc-by-nc-4.0 (b)."
    )


def test_what_is_the_same_or_unknown_is_not_said() -> None:
    same = [replace(model, licence="MIT") for model in MODELS]
    assert telling_apart(("a", "b"), [took("a", 100, 1.0)], same, {"a": needs(4), "b": None}) == ""
    assert telling_apart(("a", "b"), [took("a", 100, 1.0), took("b", 100, 1.05)], same, {}) == ""
