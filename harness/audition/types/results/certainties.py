"""How sure a recommendation is, and what would make it surer."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Certainty:
    """How sure the choice of one candidate is: estimated, from predictions and their intervals."""

    model: str
    probability: float  #: that its loss is within 2 % of the best of the pool
    expected_regret: float  #: how far its loss is above the best, as a share of that (geometric mean)
    level: tuple[str, ...]  #: others that have a fair chance to be better, the likeliest first
    worth_measuring: str | None  #: the candidate about which more knowledge saves most; None: there is no other


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStep:
    """The measurement that would change a recommendation most."""

    models: tuple[str, ...]  #: to measure, or to measure further
    n_samples: int  #: training examples
    ratio: str  #: of all rows, as `--ratio` takes it: its half is the largest size that has been measured
    seconds: float | None  #: of devices, estimated; None: unknown
