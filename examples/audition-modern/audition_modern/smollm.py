"""SmolLM2, base models: the architecture of Llama.

From memory, and not to be checked by counting: n_heads against d_head, n_positions, licence, languages.
"""

from __future__ import annotations

from functools import partial

from audition_modern.entry import entry, shape

_shape = partial(shape, d_head=64, n_vocab=49_152, n_positions=8192)
_entry = partial(entry, family="smollm2", licence="Apache-2.0", languages=("en",))

MODELS = (
    _entry(
        "HuggingFaceTB/SmolLM2-135M",
        134_515_008,
        _shape(n_layers=30, d_model=576, n_heads=9, n_kv_heads=3, d_ff=1536),
    ),
    _entry(
        "HuggingFaceTB/SmolLM2-360M",
        361_821_120,
        _shape(n_layers=32, d_model=960, n_heads=15, n_kv_heads=5, d_ff=2560),
    ),
    _entry(
        "HuggingFaceTB/SmolLM2-1.7B",
        1_711_376_384,
        _shape(n_layers=24, d_model=2048, n_heads=32, d_ff=8192),
    ),
)
