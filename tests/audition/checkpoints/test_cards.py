from __future__ import annotations

from typing import TYPE_CHECKING

from audition.checkpoints import read_spec
from audition.types import ModelShape, ModelSpec

if TYPE_CHECKING:
    from pathlib import Path


def test_a_spec_is_read_from_a_folder_without_torch_knowing(gpt2: Path) -> None:
    spec = read_spec(str(gpt2), adapter_for=lambda kind: f"for-{kind}")
    shape = ModelShape(
        n_layers=2, d_model=64, n_heads=4, d_head=16, d_ff=256, n_vocab=512, n_positions=256,
        activation="gelu_new", is_qkv_fused=True, dropout=0.1, attention_dropout=0.1,
    )  # fmt: skip
    assert spec == ModelSpec(
        name=str(gpt2),
        family="gpt2",
        adapter="for-gpt2",
        checkpoint=str(gpt2),
        architecture="decoder-only",
        licence="unknown",
        n_params=149_248,  # 512·64 + 256·64 + 2·(12·64² + 13·64) + 2·64
        shape=shape,
        download_bytes=0,
    )


def test_the_licence_is_read_from_the_front_matter(damaged: Path) -> None:
    card = "---\nlanguage: en\nlicense: apache-2.0\n---\n# A model\nlicense: not this one\n"
    (damaged / "README.md").write_text(card, encoding="utf-8")
    assert read_spec(str(damaged), adapter_for=str).licence == "apache-2.0"
