"""Qwen2.5 and Qwen3, base models.

From memory, and not to be checked by counting: n_heads against d_head, n_positions, licence. Qwen3's checkpoints store
the tied output matrix a second time; it is counted once here.
"""

from __future__ import annotations

from functools import partial

from audition_modern.entry import entry, shape

_shape = partial(shape, n_vocab=151_936)
_qwen2 = partial(_shape, n_kv_heads=2)
_qwen3 = partial(_shape, n_layers=28, n_heads=16, n_kv_heads=8, d_head=128, n_positions=32_768)
_entry = partial(entry, licence="Apache-2.0")

MODELS = (
    _entry(
        "Qwen/Qwen2.5-0.5B",
        494_032_768,
        _qwen2(n_layers=24, d_model=896, n_heads=14, d_head=64, d_ff=4864, n_positions=32_768),
        family="qwen2.5",
    ),
    _entry(
        "Qwen/Qwen2.5-1.5B",
        1_543_714_304,
        _qwen2(n_layers=28, d_model=1536, n_heads=12, d_head=128, d_ff=8960, n_positions=131_072),
        family="qwen2.5",
    ),
    _entry("Qwen/Qwen3-0.6B-Base", 596_049_920, _qwen3(d_model=1024, d_ff=3072), family="qwen3"),
    _entry("Qwen/Qwen3-1.7B-Base", 1_720_574_976, _qwen3(d_model=2048, d_ff=6144), family="qwen3"),
)
