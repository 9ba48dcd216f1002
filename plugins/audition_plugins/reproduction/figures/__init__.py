"""What the paper's figures show, drawn from our numbers."""

from __future__ import annotations

from audition_plugins.reproduction.figures.ablation import draw_ablation
from audition_plugins.reproduction.figures.failures import draw_failures
from audition_plugins.reproduction.figures.figure import Figure
from audition_plugins.reproduction.figures.fits import draw_fits, draw_rmsd
from audition_plugins.reproduction.figures.intuition import draw_intuition
from audition_plugins.reproduction.figures.pareto import draw_pareto
from audition_plugins.reproduction.figures.strata import draw_strata

__all__ = [
    "Figure",
    "draw_ablation",
    "draw_failures",
    "draw_fits",
    "draw_intuition",
    "draw_pareto",
    "draw_rmsd",
    "draw_strata",
]
