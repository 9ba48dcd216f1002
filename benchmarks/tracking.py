"""The tracked tensor peak of a real training step, without a GPU and, for dense models, without memory for it.

Our own `Trainer` steps our own adapter under torch's `FakeTensorMode`, where tensors have shapes and no data; a
dispatch mode adds up the storages that are alive. `torch.distributed._tools.mem_tracker` counts the same (a test
compares them) but takes minutes where this takes a second. A Switch model routes by data: it runs on real tensors.
Of a sharded model, one process of the team is tracked; the others are torch's fake process group.
"""

from __future__ import annotations

import weakref
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_iter
from torch.utils.weak import WeakIdKeyDictionary
from transformers import AutoModelForCausalLM, AutoModelForSeq2SeqLM, PretrainedConfig

from audition.training.adapters.causal import CausalAdapter
from audition.training.adapters.seq2seq import Seq2SeqAdapter
from audition.training.devices.finding import resolve_device
from audition.training.loop.loop import Run, Trainer
from audition.training.loop.micro_batch import MicroBatchLimit
from audition.training.methods import prepare
from audition.training.methods.sharded import shard
from audition.training.sharding.parts import local_part
from audition.training.sharding.team import ALONE, Team

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from audition.memory import MicroBatch
    from audition.types import Recipe


class PeakTracker(TorchDispatchMode):  # type: ignore[no-untyped-call]  # the library leaves it untyped
    """Adds up the bytes of every tensor storage that an operation makes, until it is gone."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # the library leaves it untyped
        self.alive = 0  #: bytes
        self.peak = 0  #: bytes, since it was last set
        self._seen: Any = WeakIdKeyDictionary()

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:  # noqa: ANN401
        out = func(*args, **(kwargs or {}))
        for item in tree_iter(out):
            if isinstance(item, torch.Tensor):
                self.watch(item)
        return out

    def watch(self, tensor: torch.Tensor) -> None:
        """Count the storage of `tensor`, once."""
        storage = tensor.untyped_storage()
        if storage not in self._seen:
            self._seen[storage] = size = [0]
            weakref.finalize(storage, self._gone, size)
        self._grow(self._seen[storage], storage.nbytes())

    @contextmanager
    def watching_fsdp(self) -> Iterator[None]:
        """Count storages that FSDP empties and fills again behind the dispatcher's back."""
        from torch.distributed.fsdp._fully_shard import _fsdp_param, _fsdp_param_group

        def watched(resize: Callable[[torch.Tensor], None]) -> Callable[[torch.Tensor], None]:
            def resize_and_watch(tensor: torch.Tensor) -> None:
                resize(tensor)
                self.watch(tensor)

            return resize_and_watch

        places = [(_fsdp_param, "alloc_storage"), (_fsdp_param, "free_storage"), (_fsdp_param_group, "alloc_storage")]
        before = [getattr(module, name) for module, name in places]
        for (module, name), resize in zip(places, before, strict=True):
            setattr(module, name, watched(resize))
        try:
            yield
        finally:
            for (module, name), resize in zip(places, before, strict=True):
                setattr(module, name, resize)

    def _grow(self, size: list[int], n_bytes: int) -> None:
        self.alive += n_bytes - size[0]
        self.peak = max(self.peak, self.alive)
        size[0] = n_bytes

    def _gone(self, size: list[int]) -> None:
        self.alive -= size[0]


@dataclass(frozen=True, slots=True)
class _Row:
    """What the training loop asks of an example."""

    n_tokens: int
    n_target_tokens: int
    is_truncated: bool = False


class _Causal(CausalAdapter):
    """Makes a batch of the wanted shape instead of tokenising."""

    def collate(self, batch: Sequence[Any]) -> dict[str, torch.Tensor]:
        read = (len(batch), batch[0].n_tokens - 1)
        scored = (len(batch), batch[0].n_target_tokens)
        ids = {"input_ids": _ids(read), "attention_mask": _ones(read)}
        return {**ids, "labels": _ids(scored), "scored": _every_place(scored)}


class _Seq2Seq(Seq2SeqAdapter):
    """Makes a batch of the wanted shape instead of tokenising."""

    def collate(self, batch: Sequence[Any]) -> dict[str, torch.Tensor]:
        scored = (len(batch), batch[0].n_target_tokens)
        read = (len(batch), batch[0].n_tokens - batch[0].n_target_tokens)
        ids = {"input_ids": _ids(read), "attention_mask": _ones(read)}
        labels = {"labels": _ids(scored), "scored": _every_place(scored)}
        return {**ids, "decoder_input_ids": _ids(scored), **labels}


def tracked_peak(config: PretrainedConfig, recipe: Recipe, precision: str, batch: MicroBatch) -> tuple[int, int]:
    """Return the parameters of the model, and the tensor peak in bytes of its second training step.

    Args:
        config: of the model, which is built with random weights.
        recipe: method, optimiser, checkpointing, attention, shards.
        precision: "fp32" or "bf16".
        batch: the shape of the one micro-batch.
    """
    device = resolve_device("cpu")
    is_real = config.model_type == "switch_transformers"
    with nullcontext() if is_real else torch.device("meta"):
        adapter = _adapter(config)
        n_params = sum(parameter.numel() for parameter in adapter.module.parameters())
        prepare(adapter, recipe, precision=precision, device=device, seed=0)
    with _fake_team(recipe.n_shards) as team:
        mesh = team.mesh(device) if team.size > 1 else None
        with nullcontext() if is_real else FakeTensorMode(allow_non_fake_inputs=True):
            if not is_real:
                _fill(adapter.module)
            if mesh is not None:
                shard(adapter.module, mesh)
            return n_params, _second_step(adapter, recipe, precision, batch, team)


@contextmanager
def _fake_team(size: int) -> Iterator[Team]:
    if size == 1:
        yield ALONE
        return
    from torch.testing._internal.distributed.fake_pg import FakeStore

    torch.distributed.init_process_group("fake", store=FakeStore(), rank=0, world_size=size)
    try:
        yield Team(0, size)
    finally:
        torch.distributed.destroy_process_group()


def _second_step(
    adapter: CausalAdapter | Seq2SeqAdapter, recipe: Recipe, precision: str, batch: MicroBatch, team: Team
) -> int:
    """Return the peak of the second step: the first makes the optimiser's states."""
    run = Run(
        recipe=recipe,
        learning_rate=1e-3,
        batch_size=batch.n_rows * team.size,
        seed=0,
        device=resolve_device("cpu"),
        precision=precision,
        shared_limit=MicroBatchLimit(recipe.micro_batch_tokens, team=team),
    )
    tracker = PeakTracker()
    for tensor in (*adapter.module.parameters(), *adapter.module.buffers()):
        tracker.watch(local_part(tensor))
    row = _Row(batch.n_input_tokens + batch.n_target_tokens, batch.n_target_tokens)
    rows: Any = [row] * (batch.n_rows * team.size)
    adapter.module.train()
    trainer = Trainer(adapter, run, 10)
    with tracker, tracker.watching_fsdp():
        trainer.step(rows)
        tracker.peak = tracker.alive
        trainer.step(rows)
    return tracker.peak


def _fill(module: torch.nn.Module) -> None:
    """Replace the tensors of `module`, which have no device, by CPU tensors of the mode that is on; ties stay."""
    filled: dict[int, Any] = {}
    for part in module.modules():
        for store in (part._parameters, part._buffers):  # noqa: SLF001 - Module.to_empty cannot make fake tensors
            for name, tensor in store.items():
                if tensor is None:
                    continue
                if id(tensor) not in filled:
                    empty = torch.empty_like(tensor, device="cpu")
                    is_parameter = isinstance(tensor, torch.nn.Parameter)
                    filled[id(tensor)] = torch.nn.Parameter(empty, tensor.requires_grad) if is_parameter else empty
                store[name] = filled[id(tensor)]


def _adapter(config: PretrainedConfig) -> CausalAdapter | Seq2SeqAdapter:
    options = {"attn_implementation": "eager"} if config.model_type == "switch_transformers" else {}
    auto: Any = AutoModelForSeq2SeqLM if config.is_encoder_decoder else AutoModelForCausalLM
    module = auto.from_config(config, dtype=torch.float32, **options)
    if not getattr(config, "scale_decoder_outputs", True):  # how transformers 5 remembers that a T5 is not tied
        module.lm_head.weight = torch.nn.Parameter(torch.empty_like(module.lm_head.weight))
    tokenizer: Any = None  # nothing is tokenised
    return (_Seq2Seq if config.is_encoder_decoder else _Causal)(module, tokenizer, name=config.model_type)


def _ids(shape: tuple[int, int]) -> torch.Tensor:
    return torch.arange(shape[0] * shape[1]).reshape(shape) % 100  # different: a router sees more than one token


def _every_place(shape: tuple[int, int]) -> torch.Tensor:
    return torch.arange(shape[0] * shape[1])


def _ones(shape: tuple[int, int]) -> torch.Tensor:
    return torch.ones(shape, dtype=torch.long)
