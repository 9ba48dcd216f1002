"""Measure one loaded model: shared by every live adapter. Private, but for `causal`, `seq2seq` and `request`.

Fine-tuning needs the `train` extra; `request` and the adapters import torch only when a model is loaded.
"""

from __future__ import annotations
