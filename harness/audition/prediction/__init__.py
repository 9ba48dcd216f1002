"""Where a curve will end: predictions with their spread, and how sure a choice among them is. NumPy alone, batched.

Predictors take the losses of many candidates and return the log loss of each after full fine-tuning, as the mean and
the standard deviation of a normal distribution. The same numbers give the same bits, in whatever order they come.
"""

from __future__ import annotations

from audition.prediction.arrays import Curves, Forecast
from audition.prediction.bank import CurveBank
from audition.prediction.choosing import Expected, certainty
from audition.prediction.pool import Predicted, Rule, predict_pool

__all__ = ["CurveBank", "Curves", "Expected", "Forecast", "Predicted", "Rule", "certainty", "predict_pool"]
