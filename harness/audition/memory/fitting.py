"""What to change so that a fine-tuning fits: the least lossy setting within a memory budget."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from audition.memory.estimate import estimate_memory
from audition.memory.micro_batch import largest_micro_batch

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from audition.types import MemoryEstimate, ModelSpec, Recipe

#: what costs accuracy, least first; smaller micro-batches and checkpointing cost time alone and are tried before each
LOSSY: tuple[dict[str, Any], ...] = (
    {},
    {"optimiser": "adamw-8bit"},
    {"method": "lora"},
    {"method": "qlora", "quantisation": "int8"},
    {"method": "qlora", "quantisation": "nf4"},
)
SHARDS = (2, 4, 8)  #: GPUs that machines have
_METHODS = {"full": 0, "lora": 1, "qlora": 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """Whether, and how, a model can be fine-tuned within a memory budget."""

    recipe: Recipe | None  #: the setting that fits; None: none does
    estimate: MemoryEstimate  #: of that setting, or of the one that needs least
    changes: tuple[str, ...]  #: what the setting changes of the wanted recipe; empty: nothing
    is_lossless: bool  #: the changes cost time alone

    @property
    def verdict(self) -> str:
        """Return it in words: "fits", "fits with …" or "does not fit"."""
        if self.recipe is None:
            return "does not fit"
        return f"fits with {', '.join(self.changes)}" if self.changes else "fits"


def fit(
    spec: ModelSpec,
    recipe: Recipe,
    budget: int | None,
    *,
    precision: str,
    lengths: Sequence[tuple[int, int]] = (),
    is_cuda: bool = True,
    may_be_lossy: bool = True,
) -> Fit | None:
    """Return the least lossy setting of `recipe` whose estimated peak is at most `budget`, or None: size unknown.

    Args:
        spec: the model.
        recipe: what is wanted; a setting never trains more than it.
        budget: bytes, CUDA context included; None: no limit.
        precision: "fp32" or "bf16", as the device has it.
        lengths: (input, target) tokens of examples of the task; without any, the recipe's limits.
        is_cuda: a GPU, or a process on a CPU.
        may_be_lossy: try what changes the loss, too.
    """
    smallest = None
    for setting in _settings(recipe, lengths, may_be_lossy=may_be_lossy):
        batch = largest_micro_batch(setting, lengths)
        need = estimate_memory(spec, setting, precision=precision, micro_batch=batch, is_cuda=is_cuda)
        if need is None:
            return None
        if budget is None or need.total <= budget:
            return Fit(
                recipe=setting,
                estimate=need,
                changes=tuple(_changes(recipe, setting, batch.n_rows, lengths)),
                is_lossless=_is_lossless(recipe, setting),
            )
        smallest = need if smallest is None or need.total < smallest.total else smallest
    if smallest is None:
        raise AssertionError("a recipe is its own first setting")
    return Fit(recipe=None, estimate=smallest, changes=(), is_lossless=False)


def sharing(n_shards: int | None) -> str:
    """Return what `shards_needed` found as the end of a sentence, or nothing where it found nothing."""
    return "" if n_shards is None else f"; {n_shards} such GPUs can share it (n_shards = {n_shards})"


def shards_needed(
    spec: ModelSpec,
    recipe: Recipe,
    budget: int,
    *,
    precision: str,
    lengths: Sequence[tuple[int, int]] = (),
) -> int | None:
    """Return the least number of GPUs of `budget` bytes that can share the model without loss: 2, 4 or 8; else None."""
    for n_shards in SHARDS:
        if n_shards <= recipe.n_shards:
            continue
        shared = replace(recipe, n_shards=n_shards)
        found = fit(spec, shared, budget, precision=precision, lengths=lengths, may_be_lossy=False)
        if found is not None and found.recipe is not None:
            return n_shards
    return None


def _settings(recipe: Recipe, lengths: Sequence[tuple[int, int]], *, may_be_lossy: bool) -> Iterator[Recipe]:
    """Yield settings, least lossy first; among equals, the one that costs least time."""
    for change in LOSSY if may_be_lossy else LOSSY[:1]:
        if _METHODS[change.get("method", recipe.method)] < _METHODS[recipe.method]:
            continue  # the recipe asked for less than this already
        for checkpointing in (False, True):
            if recipe.checkpointing and not checkpointing:
                continue
            setting = replace(recipe, **change, checkpointing=checkpointing)
            yield from _smaller_and_smaller(setting, lengths)


def _smaller_and_smaller(setting: Recipe, lengths: Sequence[tuple[int, int]]) -> Iterator[Recipe]:
    """Yield the setting with all rows a micro-batch, half of them, and so on down to one."""
    yield setting
    n_rows = largest_micro_batch(setting, lengths).n_rows
    longest = largest_micro_batch(setting, lengths).n_tokens // n_rows
    while n_rows > 1:
        n_rows //= 2
        yield replace(setting, micro_batch_tokens=n_rows * longest)


def _changes(wanted: Recipe, setting: Recipe, n_rows: int, lengths: Sequence[tuple[int, int]]) -> Iterator[str]:
    if setting.method != wanted.method or (setting.method == "qlora" and setting.quantisation != wanted.quantisation):
        yield f"QLoRA {setting.quantisation}" if setting.method == "qlora" else "LoRA"
    if setting.optimiser != wanted.optimiser:
        yield "8-bit optimiser"
    if setting.checkpointing and not wanted.checkpointing:
        yield "checkpointing"
    if n_rows < largest_micro_batch(wanted, lengths).n_rows:
        yield f"micro-batch {n_rows}"


def _is_lossless(wanted: Recipe, setting: Recipe) -> bool:
    return replace(setting, checkpointing=wanted.checkpointing, micro_batch_tokens=wanted.micro_batch_tokens) == wanted
