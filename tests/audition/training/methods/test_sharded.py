"""How a model is spread, and what cannot be. The team is one of torch's fakes: nobody else is there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import torch
from torch.distributed.fsdp import FSDPModule

from audition.errors import UsageError
from audition.testing.checkpoints import build_checkpoint
from audition.testing.toy import ToyAdapter
from audition.training.methods.sharded import shard
from audition.training.sharding.parts import local_part
from worlds.model_requests import ask_model, load_adapter, load_candidate, recipe

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from torch.distributed.device_mesh import DeviceMesh

    from audition.testing.checkpoints import Kind

    MeshOf = Callable[[int, int], DeviceMesh]


def refusal(module: Any, mesh: DeviceMesh) -> str:  # noqa: ANN401 - a torch module
    with pytest.raises(UsageError) as refused:
        shard(module, mesh)
    assert not any(isinstance(part, FSDPModule) for part in module.modules()), "refused before anything is changed"
    return str(refused.value)


def test_model_without_named_blocks_is_refused(mesh_of: MeshOf) -> None:
    message = refusal(ToyAdapter().module, mesh_of(0, 2))
    assert message == "LanguageModel names no blocks, by which it could be spread over several devices"


@pytest.mark.parametrize(
    ("kind", "drop"), [("bart", "encoder_layerdrop"), ("bart", "decoder_layerdrop"), ("opt", "layerdrop")]
)
def test_model_that_skips_layers_at_random_is_refused(kind: Kind, drop: str, tmp_path: Path, mesh_of: MeshOf) -> None:
    module = load_adapter(kind, tmp_path).module
    setattr(module.config, drop, 0.1)
    message = refusal(module, mesh_of(0, 2))
    assert message == (
        f"{type(module).__name__} skips layers at random, each process others: it cannot be spread over several devices"
    )


def test_trained_number_is_refused_and_named(tmp_path: Path, mesh_of: MeshOf) -> None:
    module = load_adapter("gpt2", tmp_path).module
    module.transformer.h[1].scale = torch.nn.Parameter(torch.ones(()))
    message = refusal(module, mesh_of(0, 2))
    assert message == ("GPT2LMHeadModel trains 'transformer.h.1.scale', a number that cannot be spread over devices")


def test_frozen_number_is_kept_by_every_process(tmp_path: Path, mesh_of: MeshOf) -> None:
    module = load_adapter("gpt2", tmp_path).module
    scale = torch.nn.Parameter(torch.ones(()), requires_grad=False)
    module.transformer.h[1].scale = scale
    shard(module, mesh_of(0, 2))
    assert module.transformer.h[1].scale is scale


def test_torch_that_is_too_old_is_named(tmp_path: Path, mesh_of: MeshOf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(FSDPModule, "set_reduce_scatter_unused_params")  # what 2.12 lacks
    message = refusal(load_adapter("gpt2", tmp_path).module, mesh_of(0, 2))
    assert message == f"a recipe with n_shards needs torch 2.13 or newer, this is {torch.__version__}"


GROUPS: dict[Kind, set[str]] = {
    "gpt2": {"", "transformer.h.0", "transformer.h.1"},  # its head is its embeddings: they stay together
    "phi": {"", "model.layers.0", "model.layers.1", "model.embed_tokens", "lm_head"},
    "t5-v1.1": {"", *(f"{side}.block.{n}" for side in ("encoder", "decoder") for n in (0, 1)), "lm_head"},
}


@pytest.mark.parametrize("kind", GROUPS)
def test_blocks_and_untied_embeddings_and_heads_are_gathered_by_themselves(
    kind: Kind, tmp_path: Path, mesh_of: MeshOf
) -> None:
    module = load_adapter(kind, tmp_path).module
    shard(module, mesh_of(0, 2))
    assert {name for name, part in module.named_modules() if isinstance(part, FSDPModule)} == GROUPS[kind]


PREPARED: list[tuple[Kind, dict[str, Any]]] = [
    ("gpt2", {}),
    ("switch_transformers", {}),
    ("llama", {"method": "lora"}),
    ("gpt2", {"method": "qlora"}),
    ("t5", {"method": "qlora", "quantisation": "int8"}),
]


@pytest.mark.parametrize(("kind", "fields"), PREPARED, ids=[f"{kind}-{fields}" for kind, fields in PREPARED])
def test_three_processes_hold_every_row_between_them_of_frozen_and_packed_ones_too(
    kind: Kind, fields: dict[str, Any], tmp_path: Path, mesh_of: MeshOf
) -> None:
    asked = ask_model(build_checkpoint(kind, tmp_path), 0, recipe(**fields))
    whole, *modules = (load_candidate(asked).adapter.module for _ in range(4))
    for rank, module in enumerate(modules):
        shard(module, mesh_of(rank, 3))
    for name, expected in whole.named_parameters():
        parameters = [module.get_parameter(name) for module in modules]
        parts = [local_part(parameter).detach() for parameter in parameters]
        assert {parameter.requires_grad for parameter in parameters} == {expected.requires_grad}
        if expected.ndim == 0:  # a scale of nf4's
            assert all(torch.equal(part, expected) for part in parts), name
        else:
            assert max(map(len, parts)) == -(-len(expected) // 3), name
            assert torch.equal(torch.cat(parts), expected), name
