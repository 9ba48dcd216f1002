"""The examples pass their own tests, and the memory planner knows the models of `audition-modern` without network."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

import audition_modern
from audition.checkpoints.shapes import read_shape
from audition.cli.app import app
from worlds.paths import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from audition.types import ModelSpec

EXAMPLES = ROOT / "examples"
NAMES = sorted(path.parent.name for path in EXAMPLES.glob("*/pyproject.toml"))
MODEL_TYPES = {
    "qwen2.5": "qwen2",
    "qwen3": "qwen3",
    "llama-3.2": "llama",
    "smollm2": "llama",
    "gemma-3": "gemma3_text",
    "gemma-2": "gemma2",
}  #: of transformers, by family
every_model = pytest.mark.parametrize("spec", audition_modern.MODELS, ids=lambda spec: spec.name)


@pytest.fixture
def modern(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Install `audition-modern` for one test: its metadata; its module can be imported anyway."""
    project = tomllib.loads((EXAMPLES / "audition-modern" / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    info = tmp_path / "site" / "audition_modern-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.4\nName: {project['name']}\nVersion: {project['version']}\n")
    lines = [f"{name} = {value}" for name, value in project["entry-points"]["audition"].items()]
    (info / "entry_points.txt").write_text("\n".join(["[audition]", *lines, ""]))
    monkeypatch.syspath_prepend(str(info.parent))


@pytest.mark.slow
@pytest.mark.parametrize("example", NAMES)
def test_an_example_passes_its_own_tests_and_skips_none(example: str) -> None:
    done = subprocess.run(
        [sys.executable, "-B", "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", "-W", "error"],
        cwd=EXAMPLES / example,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^\d+ passed in", done.stdout, re.MULTILINE), done.stdout


@pytest.mark.usefixtures("modern")
def test_all_models_are_listed_with_what_fits() -> None:
    result = CliRunner().invoke(app, ["models", "--memory", "24GB"])
    assert result.exit_code == 0, result.output
    rows = {line.split()[0]: line for line in result.stdout.splitlines() if line}
    for spec in audition_modern.MODELS:
        assert "fits" in rows[spec.name], rows[spec.name]


@pytest.mark.usefixtures("modern")
@every_model
def test_memory_is_planned_without_network(spec: ModelSpec) -> None:
    result = CliRunner().invoke(app, ["models", "plan", spec.name, "--memory", "80GB", "--json"])
    assert result.exit_code == 0, result.output
    (plan,) = json.loads(result.stdout)["models"]
    assert plan["estimate"]["weights"] >= 2 * (spec.n_params or 0)  # bytes, in bf16 at least
    assert plan["fits"][0]["fits"]


@every_model
def test_a_shape_is_what_the_configuration_itself_would_give(spec: ModelSpec) -> None:
    from transformers import AutoConfig

    shape = spec.shape
    assert shape is not None
    config = AutoConfig.for_model(
        MODEL_TYPES[spec.family],
        vocab_size=shape.n_vocab,
        hidden_size=shape.d_model,
        intermediate_size=shape.d_ff,
        num_hidden_layers=shape.n_layers,
        num_attention_heads=shape.n_heads,
        num_key_value_heads=shape.n_kv_heads or shape.n_heads,
        head_dim=shape.d_head,
        max_position_embeddings=shape.n_positions,
        tie_word_embeddings=shape.is_tied,
    )
    assert read_shape(config.to_dict()) == shape
