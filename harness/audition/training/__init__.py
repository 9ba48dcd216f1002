"""Fine-tuning, shared by every live adapter. Needs the `train` extra; only `recipe` and `request` are torch-free."""

from __future__ import annotations
