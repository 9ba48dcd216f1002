"""Llama 3.2, base models. The hub asks for a token and an accepted licence.

From memory, and not to be checked by counting: n_heads against d_head, n_positions, licence, languages.
"""

from __future__ import annotations

from functools import partial

from audition_modern.entry import entry, shape

_LANGUAGES = ("en", "de", "fr", "it", "pt", "hi", "es", "th")
_shape = partial(shape, n_kv_heads=8, d_ff=8192, n_vocab=128_256, n_positions=131_072)
_entry = partial(entry, family="llama-3.2", licence="llama3.2", languages=_LANGUAGES, is_gated=True)

MODELS = (
    _entry("meta-llama/Llama-3.2-1B", 1_235_814_400, _shape(n_layers=16, d_model=2048, n_heads=32, d_head=64)),
    _entry("meta-llama/Llama-3.2-3B", 3_212_749_824, _shape(n_layers=28, d_model=3072, n_heads=24, d_head=128)),
)
