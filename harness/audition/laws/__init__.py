"""Laws of loss against the number of training examples, and fitting them."""

from __future__ import annotations

from audition.laws.fitting import Fit, fit_rectified, fit_vanilla, fit_vanilla_at_random
from audition.laws.line import LogLogLine
from audition.laws.power_phase import PowerPhase
from audition.laws.rectified import RectifiedLaw, rectified_law
from audition.laws.relaxed import fit_relaxed
from audition.laws.search.descent import FitObjective
from audition.laws.vanilla import VanillaLaw, vanilla_law

__all__ = [
    "Fit",
    "FitObjective",
    "LogLogLine",
    "PowerPhase",
    "RectifiedLaw",
    "VanillaLaw",
    "fit_rectified",
    "fit_relaxed",
    "fit_vanilla",
    "fit_vanilla_at_random",
    "rectified_law",
    "vanilla_law",
]
