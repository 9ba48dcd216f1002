"""What is loaded, and what is refused: damage, foreign architectures, pickles, code."""

from __future__ import annotations

import json
import pickle
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from audition.checkpoints import read_spec, resolve
from audition.errors import UsageError
from audition.testing.checkpoints import Kind, build_checkpoint
from audition.types import AdapterEntry, Example, ModelSpec
from audition_plugins.models import audition_adapters, auto, bart, gpt2, opt, switch, t5

if TYPE_CHECKING:
    from collections.abc import Callable

    from audition.types.protocols import ModelAdapter

PAIR = Example(input="Which river?", target="the sea")


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_checkpoint("gpt2", tmp_path_factory.mktemp("gpt2"))


@pytest.fixture
def folder(healthy: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(healthy, tmp_path / "checkpoint"))


def load(folder: Path, entry: AdapterEntry = gpt2.ENTRY) -> ModelAdapter:
    spec = ModelSpec(
        name="mine",
        family="mine",
        adapter=entry.name,
        checkpoint=str(folder),
        architecture="decoder-only",
        licence="mit",
        n_params=None,
    )
    return entry.load(spec, str(folder))


def loss(adapter: ModelAdapter) -> float:
    encoded = adapter.encode(PAIR, max_input_tokens=64, max_target_tokens=None)
    return float(adapter.loss(adapter.collate([encoded])).detach())


def edit(path: Path, **changes: object) -> None:
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | changes), encoding="utf-8")


def test_offering_adapters_loads_no_torch() -> None:
    code = "import sys; from audition_plugins.models import audition_adapters; print(len(audition_adapters()))"
    code += "; raise SystemExit('torch' in sys.modules or 'transformers' in sys.modules)"
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONPATH": ":".join(sys.path)}
    )
    assert answer.stdout == "7\n"


def test_no_two_adapters_claim_one_architecture_and_one_claims_the_rest() -> None:
    claimed = [model_type for entry in audition_adapters() for model_type in entry.model_types]
    assert len(claimed) == len(set(claimed))
    assert [entry.name for entry in audition_adapters() if not entry.model_types] == ["auto"]


def test_weights_in_bf16_are_loaded_as_float32(folder: Path) -> None:
    import torch
    from safetensors.torch import load_file, save_file

    weights = load_file(folder / "model.safetensors")
    halved = {name: weight.to(torch.bfloat16) for name, weight in weights.items()}
    save_file(halved, folder / "model.safetensors", metadata={"format": "pt"})
    edit(folder / "config.json", dtype="bfloat16")
    assert {parameter.dtype for parameter in load(folder).module.parameters()} == {torch.float32}


def test_pickled_weights_give_the_same_loss(healthy: Path, folder: Path) -> None:
    import torch
    from safetensors.torch import load_file

    torch.save(load_file(folder / "model.safetensors"), folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()
    spec = read_spec(str(folder), adapter_for=lambda _: "gpt2")
    assert spec.n_params is None
    assert loss(load(resolve(spec).folder)) == loss(load(healthy))


def test_a_pickle_beside_safetensors_is_never_read(folder: Path) -> None:
    (folder / "pytorch_model.bin").write_bytes(b"not even a pickle")
    assert loss(load(folder)) > 0


class Payload:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, tuple[Any, ...]]:
        return Path.touch, (self.path,)


@pytest.mark.parametrize("is_zipped", [False, True])
def test_a_malicious_pickle_is_refused_and_nothing_runs(folder: Path, tmp_path: Path, *, is_zipped: bool) -> None:
    import torch

    trace = tmp_path / "executed"
    (folder / "model.safetensors").unlink()
    weights = folder / "pytorch_model.bin"
    if is_zipped:
        torch.save({"transformer.wte.weight": Payload(trace)}, weights)
    else:
        weights.write_bytes(pickle.dumps(Payload(trace), protocol=2))
    with pytest.raises(UsageError, match="its pickled weights are damaged or hold more than tensors"):
        load(folder)
    assert not trace.exists()


@pytest.mark.parametrize("model_type", ["gpt2", "my-own-type"])
def test_code_of_a_checkpoint_is_never_executed(folder: Path, tmp_path: Path, model_type: str) -> None:
    trace = tmp_path / "executed"
    (folder / "custom.py").write_text(f"open({str(trace)!r}, 'w')\nclass Config: pass\nclass Model: pass\n")
    classes = {"AutoConfig": "custom.Config", "AutoModelForCausalLM": "custom.Model", "AutoTokenizer": "custom.Config"}
    edit(folder / "config.json", auto_map=classes, model_type=model_type)
    edit(folder / "tokenizer_config.json", auto_map={"AutoTokenizer": ["custom.Config", None]})
    if model_type == "gpt2":
        assert loss(load(folder, auto.ENTRY)) > 0
    else:
        with pytest.raises(UsageError, match="cannot be loaded: it needs code of its own, which is never run"):
            load(folder, auto.ENTRY)
    assert not trace.exists()


def test_a_missing_folder_is_refused_without_mention_of_the_hub(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no folder '.*nowhere'"):
        load(tmp_path / "nowhere")


def damage_weights(folder: Path) -> None:
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-1000])


def damage_config(folder: Path) -> None:
    (folder / "config.json").write_text("{}", encoding="utf-8")


def break_tokeniser(folder: Path) -> None:
    (folder / "tokenizer.json").write_text("{}", encoding="utf-8")


@pytest.mark.parametrize("damage", [damage_weights, damage_config, break_tokeniser])
def test_a_damaged_checkpoint_is_one_clear_line(folder: Path, damage: Callable[[Path], None]) -> None:
    damage(folder)
    with pytest.raises(UsageError, match=r"\Athe checkpoint of 'mine' cannot be loaded: [^\n]+\Z"):
        load(folder)


@pytest.mark.parametrize("kind", ["gpt2", "t5", "llama"])
def test_a_tokeniser_without_its_vocabulary_is_refused(tmp_path: Path, kind: Kind) -> None:
    folder = build_checkpoint(kind, tmp_path / "built")
    (folder / "tokenizer.json").unlink()
    settings = folder / "tokenizer_config.json"
    edit(settings, tokenizer_class={"gpt2": "GPT2Tokenizer", "t5": "T5Tokenizer", "llama": "LlamaTokenizer"}[kind])
    with pytest.raises(UsageError, match="'mine' cannot (even write 'a': its vocabulary is missing|be loaded)"):
        load(folder, auto.ENTRY)


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "model.safetensors"])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / "tokenizer_config.json").unlink()
    (folder / name).unlink()
    with pytest.raises(UsageError, match=rf"checkpoint' is not a checkpoint: it has no {name}"):
        load(folder)


def test_missing_weights_are_not_made_up(folder: Path) -> None:
    edit(folder / "config.json", n_layer=3)
    with pytest.raises(UsageError, match=r"'mine' lacks weights of a decoder-only model: transformer\.h\.2\..* more"):
        load(folder)


def test_weights_of_another_size_are_refused(folder: Path) -> None:
    edit(folder / "config.json", n_inner=128)
    with pytest.raises(UsageError, match=r"\Athe checkpoint of 'mine' (lacks weights|cannot be loaded)[^\n]+\Z"):
        load(folder)


@pytest.mark.parametrize(
    ("entry", "accepted"), [(opt.ENTRY, "'opt'"), (t5.ENTRY, "'t5' or 'mt5'"), (bart.ENTRY, "'bart'")]
)
def test_another_adapters_checkpoint_is_refused(healthy: Path, entry: AdapterEntry, accepted: str) -> None:
    with pytest.raises(UsageError, match=f"'mine' is a 'gpt2', but adapter '{entry.name}' loads {accepted}"):
        load(healthy, entry)


def test_auto_refuses_an_encoder_alone(folder: Path) -> None:
    from transformers import BertConfig

    config = BertConfig(hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16, vocab_size=99)
    config.save_pretrained(folder)
    with pytest.raises(UsageError, match="'mine' has model type 'bert', which is neither a causal nor"):
        load(folder, auto.ENTRY)


@pytest.mark.parametrize("kind", ["gpt2", "bart"])
def test_auto_gives_the_same_loss_as_the_adapter_of_the_family(tmp_path: Path, kind: Kind) -> None:
    folder = build_checkpoint(kind, tmp_path / "built")
    own = {"gpt2": gpt2.ENTRY, "bart": bart.ENTRY}[kind]
    assert loss(load(folder, auto.ENTRY)) == loss(load(folder, own))


def test_switch_attends_eagerly_and_has_no_router_loss(tmp_path: Path) -> None:
    folder = build_checkpoint("switch_transformers", tmp_path / "built")
    plain = loss(load(folder, switch.ENTRY))
    edit(folder / "config.json", output_router_logits=True, router_z_loss_coef=100.0, router_aux_loss_coef=100.0)
    adapter = load(folder, switch.ENTRY)
    assert adapter.module.config._attn_implementation == "eager"  # noqa: SLF001 - transformers has no public name
    assert loss(adapter) == plain


def test_generation_habits_of_a_checkpoint_are_left_aside_and_kept(tmp_path: Path) -> None:
    folder = build_checkpoint("bart", tmp_path / "built")
    plain = load(folder, bart.ENTRY).generate([PAIR], max_input_tokens=64, max_new_tokens=6)
    habits = {"num_beams": 4, "min_length": 5, "no_repeat_ngram_size": 1, "length_penalty": 2.0, "early_stopping": True}
    edit(folder / "generation_config.json", **habits)
    adapter = load(folder, bart.ENTRY)
    assert adapter.generate([PAIR], max_input_tokens=64, max_new_tokens=6) == plain
    adapter.save(tmp_path / "saved")
    assert json.loads((tmp_path / "saved" / "generation_config.json").read_text())["num_beams"] == 4


def test_a_decoder_deeper_than_its_encoder_generates(tmp_path: Path) -> None:
    from transformers import T5Config, T5ForConditionalGeneration

    folder = build_checkpoint("t5", tmp_path / "built")
    config = T5Config.from_pretrained(folder, num_decoder_layers=3)
    T5ForConditionalGeneration(config).save_pretrained(folder)
    assert len(load(folder, t5.ENTRY).generate([PAIR, PAIR], max_input_tokens=64, max_new_tokens=4)) == 2


def test_the_same_arguments_build_the_same_checkpoint(healthy: Path, tmp_path: Path) -> None:
    again, other = build_checkpoint("gpt2", tmp_path / "again"), build_checkpoint("gpt2", tmp_path / "other", seed=1)
    assert (again / "model.safetensors").read_bytes() == (healthy / "model.safetensors").read_bytes()
    assert (other / "model.safetensors").read_bytes() != (healthy / "model.safetensors").read_bytes()
