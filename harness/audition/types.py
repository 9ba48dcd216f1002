"""Frozen values that cross the plugin boundary. Units and shapes are declared here, once."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from audition.catalog import Catalog
    from audition.protocols import Executor, ModelAdapter, Selector, TaskLoader

#: "unknown": of a model that is known by its recorded losses alone
Architecture = Literal["decoder-only", "encoder-decoder", "encoder-decoder-moe", "unknown"]
LossUnit = Literal["nats/token", "nats/byte"]
Source = Literal["live", "recorded"]
Quotes = Literal["auto", "none", "double"]
#: "does-not-fit": not at one example a forward pass either; "out-of-memory": neither, while others held GPU memory
#: "refused": the model's template, tokeniser or checkpoint cannot take the task's rows; nothing was tried
#: "not-recorded": a recorded curve has no such size; nothing failed
Status = Literal[
    "ok",
    "out-of-memory",
    "not-finite",
    "crashed",
    "timed-out",
    "does-not-fit",
    "lossy-tokeniser",
    "refused",
    "not-recorded",
]
#: what is odd about a candidate's measurements (`audition.curve_checks`): "rises", losses do not fall with more data;
#: "spikes", one is far out of line; "no-freedom", a law with as many parameters as points; "far-below", a prediction
#: below half of what was measured; "flat", nothing changes, which is the one that leaves no doubt
Flag = Literal["rises", "spikes", "no-freedom", "far-below", "flat"]
NOT_A_NUMBER = "its score is not a number"  #: the note of a score that was NaN or infinite


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelShape:
    """The dimensions of a transformer that memory and cost depend on."""

    n_layers: int  #: encoder layers of an encoder-decoder, else all layers
    n_decoder_layers: int | None = None  #: None for a decoder-only model
    d_model: int
    n_heads: int
    d_head: int
    d_ff: int
    n_vocab: int
    n_positions: int | None = None  #: longest sequence with learned positions, in tokens; None: no such limit
    n_experts: int = 1  #: experts of a sparse layer (Switch); 1 for a dense model
    is_gated_ff: bool = False  #: a gated feed-forward layer has three matrices instead of two
    is_tied: bool = True  #: input and output embeddings are one matrix
    n_kv_heads: int | None = None  #: heads of keys and values, where queries share them; None: n_heads
    d_embedding: int | None = None  #: width of the embeddings, where it is projected to d_model; None: d_model
    n_sparse_layers: int = 0  #: layers with experts, of encoder and decoder together
    n_active_experts: int = 1  #: experts that a token meets in a sparse layer
    activation: str = "gelu"  #: of the feed-forward layer, by transformers' name
    norm: Literal["layer", "rms"] = "layer"
    has_rotary_positions: bool = False
    has_position_bias: bool = False  #: learned relative positions, added to the attention scores (T5)
    is_parallel: bool = False  #: attention and feed-forward read the same normalised input (Phi)
    is_qkv_fused: bool = False  #: one matrix makes queries, keys and values (GPT-2)
    dropout: float = 0.0  #: of the residual stream, when training
    attention_dropout: float = 0.0  #: of the attention weights
    ff_dropout: float = 0.0  #: of the inner feed-forward activations


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSpec:
    """A checkpoint that may be fine-tuned: pure data, no weights."""

    name: str  #: unique in a catalog: the hub id of a published model, `tiny/…` for the zoo, the path of a local folder
    family: str  #: models that scale together
    adapter: str  #: name of the adapter that loads it
    checkpoint: str  #: hub id, or absolute path of a local folder
    revision: str | None = None  #: hub revision (branch, tag or commit); None: the default branch
    architecture: Architecture
    licence: str
    n_params: int | None  #: total, embeddings included, tied weights counted once; None: unknown until loaded
    n_params_published: int | None = None  #: as counted by the paper's experiments, where that differs in meaning
    shape: ModelShape | None = None  #: None: unknown until the configuration is read
    languages: tuple[str, ...] = ()  #: ISO 639-1 codes it was pre-trained on; empty: unknown
    is_gated: bool = False  #: the hub asks for a token and an accepted licence
    download_bytes: int | None = None  #: size of the weights on the hub; 0 for a local folder; None: unknown
    learning_rates: tuple[tuple[str, float], ...] = ()  #: found for (task name, or "*" for any task)

    def learning_rate(self, task: str) -> float | None:
        """Return the learning rate its card recommends for `task`, or None."""
        rates = dict(self.learning_rates)
        return rates.get(task, rates.get("*"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One message of a conversation."""

    role: str  #: "system", "user", "assistant", "tool" (a tool's result)
    content: str  #: "" where there is none, as in a turn that only calls tools
    extra: str = ""  #: JSON object of what else templates read: `tool_calls`, `tool_call_id`, `name`; "" if nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One (input, target) pair; `turns` holds the conversation that `input` renders as plain text, if it was one."""

    input: str
    target: str
    turns: tuple[Turn, ...] = ()  #: the turns before the target, for a model with a chat template
    tools: str = ""  #: JSON list of the tools that the conversation offers; "" where it offers none


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskOptions:
    """How to read a task that is a user's file or a hub data set. Listed tasks take none of these."""

    input_column: str | None = None
    target_column: str | None = None
    prompt: str | None = None  #: a template over columns, such as "Translate: {en}"; replaces the input column
    validation: str | None = None  #: a file, instead of a tenth of the rows
    test: str | None = None  #: a file, instead of a tenth of the rows
    delimiter: str | None = None  #: between fields of a CSV or TSV file; None: a comma, or a tab
    quotes: Quotes = "auto"  #: what quotation marks of such a file are: "none" (text) or "double" (RFC 4180)
    skip_bad_rows: bool = False  #: drop and count malformed rows instead of stopping at the first


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskSpec:
    """What a task is: pure data. Sizes are None until it is opened, where they are not known before."""

    name: str  #: a listed name, or the path or `hf:` address the user gave
    description: str
    metric: Literal["rouge", "chrf"] = "rouge"  #: the generation metric that `finetune` reports
    languages: tuple[str, ...] = ()  #: ISO 639-1 codes
    licence: str = "unknown"
    n_train: int | None = None  #: D_full: training rows
    n_validation: int | None = None
    n_test: int | None = None
    default_recipe: str = "paper"
    min_size: int = 200  #: the smallest subset a live selection measures
    tokens_per_example: float | None = None  #: average length of input and target together, for recorded costs
    citation: str = ""
    options: TaskOptions = TaskOptions()  #: how it was opened, so that a worker opens the same


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What was, or would be, spent. The four names mean the same everywhere."""

    n_samples: int = 0  #: Σ subset sizes, as the paper counts
    samples_processed: int = 0  #: × epochs × grid × seeds
    flops: float | None = 0.0  #: training and evaluation, floating-point operations; None: unknown
    seconds: float | None = 0.0  #: of the device, not of the wall; None: unknown

    def __add__(self, other: Cost) -> Cost:
        return Cost(
            n_samples=self.n_samples + other.n_samples,
            samples_processed=self.samples_processed + other.samples_processed,
            flops=_sum(self.flops, other.flops),
            seconds=_sum(self.seconds, other.seconds),
        )


def _sum(one: float | None, other: float | None) -> float | None:
    """Return the sum, unknown if either is."""
    return None if one is None or other is None else one + other


class Point(NamedTuple):
    """What a selector asks for: the loss of `model` fine-tuned on `n_samples` examples (0: zero-shot)."""

    model: str
    n_samples: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """The test loss of one model fine-tuned on `n_samples` examples of one task, with its cost."""

    model: str
    task: str
    n_samples: int
    status: Status = "ok"
    loss: float | None = None  #: in the problem's loss unit; None unless `status` is ok
    loss_per_token: float | None = None  #: nats per target token, end of sequence included
    loss_per_byte: float | None = None  #: nats per UTF-8 byte of the raw targets
    seeds: tuple[int, ...] = ()  #: the loss is the mean over these; empty for a recorded curve
    spread: float | None = None  #: standard deviation of the loss over seeds (ddof = 1); None with one seed
    cost: Cost = Cost()
    learning_rate: float | None = None  #: chosen on validation
    batch_size: int | None = None  #: chosen on validation
    epochs: float | None = None  #: of the best weights
    validation_loss: float | None = None  #: nats per token of the best weights
    memory_bytes: int | None = None  #: measured peak: allocated on CUDA, of the process on CPU
    memory_reserved_bytes: int | None = None  #: measured peak that CUDA's allocator held; None on a CPU
    memory_estimate_bytes: int | None = None  #: the planner's estimate of the same, for this request; None: unknown
    micro_batch_tokens: int | None = None  #: of the forward passes that fitted; None: the recipe's own
    device_kind: str | None = None  #: where it was measured: "cpu" or the GPU's model name; None: unknown
    method: str | None = None  #: what decides memory besides the model, such as "full bf16"; None: unknown
    source: Source = "live"
    message: str = ""  #: why it failed, in one line

    def in_unit(self, unit: LossUnit) -> Observation:
        """Return this observation with `loss` in `unit`."""
        return replace(self, loss=self.loss_per_byte if unit == "nats/byte" else self.loss_per_token)


@dataclass(frozen=True, slots=True, kw_only=True)
class LossCurve:
    """The recorded losses of one model on one task, for replay."""

    model: str
    task: str
    loss_unit: LossUnit
    n_samples: tuple[int, ...]  #: shape (n,), ascending; 0 = zero-shot
    loss: tuple[float, ...]  #: shape (n,)
    source: str  #: where it comes from, for the receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What a selector says of one candidate."""

    model: str
    score: float | None  #: higher is better; None: not ranked
    predicted_loss: float | None = None  #: at D_full, in the problem's loss unit
    status: Status = "ok"
    notes: tuple[str, ...] = ()  #: what a reader should know, such as "only 2 of k = 3 points"
    flags: tuple[Flag, ...] = ()  #: why its prediction is not to be relied on

    @classmethod
    def of_measured(cls, observation: Observation) -> Score:
        """Return the score of a selector that takes a measured loss as it is: minus the loss, null if it failed."""
        loss = observation.loss
        notes = (observation.message,) if observation.message else ()
        return cls(
            model=observation.model, score=None if loss is None else -loss, status=observation.status, notes=notes
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedModel:
    """A candidate's place: `rank` 1 is best, None has no score."""

    rank: int | None
    model: str
    status: Status
    score: float | None
    predicted_loss: float | None
    notes: tuple[str, ...] = ()
    flags: tuple[Flag, ...] = ()  #: what is odd about its measurements, or about the fit to them


@dataclass(frozen=True, slots=True)
class Ranking:
    """All candidates, best first; those without a score last, in the order they came."""

    models: tuple[RankedModel, ...]

    @classmethod
    def from_scores(cls, scores: Iterable[Score]) -> Ranking:
        """Rank by score, higher first; equal scores by name, so that the order of candidates does not matter.

        NaN and infinity are no scores: such a candidate is last, with a note. No more are they predicted losses.
        """

        def key(score: Score) -> tuple[bool, float, str]:
            return (score.score is None, -(score.score or 0.0), score.model)

        ordered = sorted(map(_with_numbers_only, scores), key=key)
        return cls(
            tuple(
                RankedModel(
                    rank=None if score.score is None else place,
                    model=score.model,
                    status=score.status,
                    score=score.score,
                    predicted_loss=score.predicted_loss,
                    notes=score.notes,
                    flags=score.flags,
                )
                for place, score in enumerate(ordered, start=1)
            )
        )

    @property
    def best(self) -> RankedModel | None:
        """Return the winner, or None when no candidate has a score."""
        return self.models[0] if self.models and self.models[0].rank else None


def _with_numbers_only(score: Score) -> Score:
    """Return `score` with None for what is NaN or infinite, and a note where that was the score itself."""
    if score.predicted_loss is not None and not math.isfinite(score.predicted_loss):
        score = replace(score, predicted_loss=None)
    if score.score is None or math.isfinite(score.score):
        return score
    return replace(score, score=None, notes=(*score.notes, NOT_A_NUMBER))


@dataclass(frozen=True, slots=True, kw_only=True)
class AdapterEntry:
    """An adapter on offer: which `model_type`s of a configuration it claims, and how to load one."""

    name: str
    model_types: tuple[str, ...]  #: empty: claims whatever no other adapter claims (`auto`)
    load: Callable[[ModelSpec, str], ModelAdapter]  #: (spec, local folder of the checkpoint); heavy imports go inside


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskEntry:
    """A task on offer, or a way to open whatever has this scheme (`hf`) or file suffix (`.jsonl`)."""

    name: str
    open: Callable[[str, TaskOptions], TaskLoader]  #: (name or address, options); heavy imports go inside
    spec: TaskSpec | None = None  #: None for a scheme or suffixes
    scheme: str | None = None  #: opens addresses `scheme:…`
    suffixes: tuple[str, ...] = ()  #: opens paths that end so; "/" claims folders


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectorEntry:
    """A selector on offer. `make(**options)` raises TypeError or UsageError on options it does not know."""

    name: str
    make: Callable[..., Selector]
    summary: str  #: one line for the listing
    citation: str = ""
    aliases: tuple[str, ...] = ()  #: other spellings, compared whatever the case


@dataclass(frozen=True, slots=True, kw_only=True)
class PluginFile:
    """A plugin that is one file, as this process loaded it."""

    path: str  #: absolute
    sha256: str  #: of its bytes, 64 hexadecimal digits


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutorEntry:
    """An executor on offer. `make(slots=…, log_dir=…, timeout=…)` starts nothing until the first request.

    Where a user chose several GPUs, `devices=("cuda:0", "cuda:1")` is passed too; where adapters or tasks come from
    files (`--plugin`), `plugins=(PluginFile(…),)`: a worker must load the same.
    """

    name: str
    make: Callable[..., Executor]
    summary: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReproductionEntry:
    """A paper's results on offer: computed anew from recorded curves, beside the published ones."""

    name: str  #: of its page, too: `<name>.md`
    make: Callable[[Catalog], Mapping[str, str]]  #: text files by name; heavy imports go inside
    summary: str


JSON = Any  #: what `json.dumps` takes
