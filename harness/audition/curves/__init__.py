"""Loss curves that somebody measured: read, checked, fitted."""

from __future__ import annotations

from audition.curves.checks import Finding, check_curve, is_unseen
from audition.curves.file import MeasuredCurve, read_curves
from audition.curves.fits import CurveFit, fit_curve

__all__ = ["CurveFit", "Finding", "MeasuredCurve", "check_curve", "fit_curve", "is_unseen", "read_curves"]
