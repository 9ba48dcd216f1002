"""Fixtures that tests of several rooms share. What imports torch is imported where it is needed: few tests do."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, cast

import pytest

from audition import hookimpl
from audition.budgets.budget import SizeCap
from audition.checkpoints import read_spec
from audition.measuring.ledger import Ledger
from audition.measuring.live import LiveLosses
from audition.measuring.setting import LiveSetting
from audition.memory import MemoryPlanner
from audition.plugins.catalog import Catalog
from audition.plugins.loading import load_plugins
from audition.selection.live import LiveSelection
from audition.testing import ToyExecutor, ToyTask
from audition.testing.checkpoints import build_checkpoint
from audition.testing.tokenisers import build_tokeniser
from audition.training.methods import prepare
from audition.types import (
    ModelShape,
    PluginFile,
    Recipe,
)
from audition_plugins.selectors.ats import AcceptThenStop
from worlds import executors
from worlds.adapters import ENTRIES
from worlds.badly_behaved import ADAPTER, toy_model
from worlds.bench_cells import Toys
from worlds.chat_templates import ROLES
from worlds.odd_curves import Odd
from worlds.paths import ROOT
from worlds.spellings import END, UNKNOWN
from worlds.toy_selections import RECIPE, SHAPE, Opens

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import TypeAlias

    from torch.distributed.device_mesh import DeviceMesh
    from transformers import PreTrainedTokenizerBase

    from audition.plugins.calling import Hooks
    from audition.testing.checkpoints import Kind
    from audition.training.adapters.causal import CausalAdapter
    from audition.training.adapters.seq2seq import Seq2SeqAdapter
    from audition.types.protocols import Selector
    from worlds.sharded_world import World
    from worlds.throwaway import Site

    Load: TypeAlias = Callable[[Kind], CausalAdapter | Seq2SeqAdapter]
    MeshOf: TypeAlias = Callable[[int, int], DeviceMesh]


@pytest.fixture
def badly_behaved(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Install the plugin of badly behaved models, for this process and for the workers it starts."""
    site.install("audition-badly-behaved", {}, plugins={"badly-behaved": "worlds.badly_behaved"})
    tests = str(ROOT / "tests")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(site.folder), tests]))


@pytest.fixture
def pairs() -> Callable[..., list[dict[str, str]]]:
    """Return `n` rows whose inputs and targets are all different."""

    def make(n: int, *, start: int = 0, source: str = "input", target: str = "target") -> list[dict[str, str]]:
        return [{source: f"question {i}", target: f"answer {i}"} for i in range(start, start + n)]

    return make


@pytest.fixture
def write_jsonl() -> Callable[[str, Iterable[Any]], Path]:
    """Write rows as JSON lines; a string is written as it is."""

    def write(name: str, rows: Iterable[Any]) -> Path:
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    return write


def _plugin(name: str, hook: str, answer: Callable[..., Any]) -> object:
    """Return a plugin whose implementation of `hook` is `answer`."""
    module = ModuleType(name)
    setattr(module, hook, hookimpl(answer))
    return module


@pytest.fixture
def hooks_of(tmp_path: Path) -> Callable[..., Hooks]:
    """Return the hooks of plugins that implement one hook: `hooks_of("audition_models", first=…, second=…)`."""

    def load(hook: str, **answers: Callable[..., Any]) -> Hooks:
        nowhere: Sequence[str] = [str(tmp_path / "nowhere")]
        extra = {name: _plugin(name, hook, answer) for name, answer in answers.items()}
        return load_plugins(path=nowhere, extra=extra).hooks

    return load


@pytest.fixture
def mesh_of() -> Iterator[MeshOf]:
    """Return the mesh of a team of so many as process so-and-so sees it; the others do not exist.

    torch's own fake group: what is said to it is lost, but parts of tensors are those that this process would have.
    """
    import torch.distributed as dist
    from torch.distributed.device_mesh import init_device_mesh
    from torch.testing._internal.distributed.fake_pg import FakeStore

    def join(rank: int, size: int) -> DeviceMesh:
        if dist.is_initialized():
            dist.destroy_process_group()
        dist.init_process_group("fake", store=FakeStore(), rank=rank, world_size=size)
        # a name for each: torch remembers what it worked out for a mesh, and takes those of two processes for one
        return init_device_mesh("cpu", (size,), mesh_dim_names=(f"as-{rank}",))

    yield join
    if dist.is_initialized():
        dist.destroy_process_group()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Let the tests of a module share their checkpoints and the processes of a team, which take seconds to start."""
    from worlds.sharded_world import World

    world = World(tmp_path_factory.mktemp("world"))
    yield world
    world.executor.close()


@pytest.fixture
def toy_catalog(tmp_path: Path) -> Catalog:
    return Catalog(load_plugins(path=[str(tmp_path / "nowhere")], extra={"toys": Toys()}))


@pytest.fixture(scope="module")
def gpt2(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_checkpoint("gpt2", tmp_path_factory.mktemp("gpt2"))


@pytest.fixture
def damaged(gpt2: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(gpt2, tmp_path / "damaged"))


@pytest.fixture
def odd_catalog() -> Catalog:
    return Catalog(load_plugins(extra={"odd": Odd()}))


@pytest.fixture
def open_selection(tmp_path: Path) -> Opens:
    """Open a selection of the toy models that behave as they are called, all with the same ledger."""

    def open_it(
        *behaviours: str,
        selector: Selector | None = None,
        seeds: tuple[int, ...] = (0,),
        recipe: Recipe = RECIPE,
        memory_budgets: tuple[int | None, ...] = (None,),
        shape: ModelShape | None = SHAPE,
        **changes: object,
    ) -> tuple[LiveSelection, ToyExecutor]:
        models = tuple(replace(toy_model(tmp_path / behaviour, behaviour), shape=shape) for behaviour in behaviours)
        setting = LiveSetting(
            task=ToyTask(),
            recipe=recipe,
            device="cpu",
            device_kind="cpu",
            seeds=seeds,
            loss_unit="nats/byte",
            rank_lossy=False,
            adapters={"toy": "toy of tests 1"},
        )
        executor = ToyExecutor(adapters=[ADAPTER])
        ledger = Ledger(str(tmp_path / "ledger.db"))
        hooks = load_plugins().hooks
        selection = LiveSelection(
            setting=setting,
            candidates=models,
            losses=LiveLosses(models, setting, ledger=ledger, executor=executor, hooks=hooks),
            budget=SizeCap(Fraction(1)),
            selector_name="toy",
            selector=selector or AcceptThenStop(),
            memory=MemoryPlanner(recipe=recipe, lengths=(), is_cuda=True, budgets=memory_budgets),
            min_size=50,
            d_full=400,
            seed=0,
            provenance={},
        )
        return replace(selection, **changes), executor  # type: ignore[arg-type]

    return open_it


@pytest.fixture(scope="module")
def tokenizer() -> PreTrainedTokenizerBase:
    return build_tokeniser("llama", 400, ROLES)


@pytest.fixture(scope="module")
def english_words() -> PreTrainedTokenizerBase:
    """Return a tokeniser that knows five words, and nothing else."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    words = ["<unk>", "</s>", "a", "the", "red", "house", "stands"]
    backend = Tokenizer(models.WordLevel({word: place for place, word in enumerate(words)}, **UNKNOWN))
    backend.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    backend.decoder = decoders.WordPiece(prefix="##", cleanup=False)
    make: Any = PreTrainedTokenizerFast
    tokeniser: PreTrainedTokenizerBase = make(tokenizer_object=backend, **UNKNOWN, **END)
    return tokeniser


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[Kind, Path]:
    kinds: tuple[Kind, ...] = ("gpt2", "opt", "llama", "bart", "t5")
    return {kind: build_checkpoint(kind, tmp_path_factory.mktemp(kind), n_positions=64) for kind in kinds}


@pytest.fixture
def load(folders: dict[Kind, Path]) -> Load:
    def load_adapter(kind: Kind) -> CausalAdapter | Seq2SeqAdapter:
        folder = str(folders[kind])
        entry = ENTRIES.get(kind, ENTRIES["auto"])
        adapter = entry.load(read_spec(folder, adapter_for=lambda _: entry.name), folder)
        return cast("CausalAdapter | Seq2SeqAdapter", adapter)

    return load_adapter


@pytest.fixture
def prepared(tmp_path: Path) -> Callable[..., Any]:
    """Return the module of a model of some kind, prepared for a recipe of some fields."""
    from worlds.model_requests import CPU, load_adapter, recipe

    def load(kind: Kind, *, precision: str = "fp32", seed: int = 0, **fields: Any) -> Any:  # noqa: ANN401
        adapter = load_adapter(kind, tmp_path / kind)
        prepare(adapter, recipe(**fields), precision=precision, device=CPU, seed=seed)
        return adapter.module

    return load


@pytest.fixture
def adapter() -> PluginFile:
    """Write a plugin with an adapter."""
    path = Path("adapter.py").absolute()
    path.write_text(executors.ADAPTER)
    return PluginFile(path=str(path), sha256=hashlib.sha256(path.read_bytes()).hexdigest())


@pytest.fixture(scope="module")
def n_params(gpt2: Path) -> int:
    """Count what torch loads, each tensor once."""
    from transformers import AutoModelForCausalLM

    return sum(parameter.numel() for parameter in AutoModelForCausalLM.from_pretrained(gpt2).parameters())
