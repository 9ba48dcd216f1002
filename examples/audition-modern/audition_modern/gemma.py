"""Gemma 3 and Gemma 2, base models that read text alone. The hub asks for a token and an accepted licence.

From memory, and not to be checked by counting: n_heads against d_head, n_positions, activation, licence.
"""

from __future__ import annotations

from functools import partial

from audition_modern.entry import entry, shape

_shape = partial(shape, activation="gelu_pytorch_tanh", d_head=256)
_gemma3 = partial(_shape, n_heads=4, n_kv_heads=1, n_vocab=262_144, n_positions=32_768)
_entry = partial(entry, licence="gemma", is_gated=True)

MODELS = (
    _entry("google/gemma-3-270m", 268_098_176, _gemma3(n_layers=18, d_model=640, d_ff=2048), family="gemma-3"),
    _entry("google/gemma-3-1b-pt", 999_885_952, _gemma3(n_layers=26, d_model=1152, d_ff=6912), family="gemma-3"),
    _entry(
        "google/gemma-2-2b",
        2_614_341_888,
        _shape(n_layers=26, d_model=2304, n_heads=8, n_kv_heads=4, d_ff=9216, n_vocab=256_000, n_positions=8192),
        family="gemma-2",
    ),
)
