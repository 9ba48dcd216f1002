"""From a folder to a model in memory: float32, safe formats, no remote code, and nothing of it left to chance."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from pickle import UnpicklingError
from typing import TYPE_CHECKING, Any, Literal
from warnings import catch_warnings, filterwarnings

from audition.checkpoints.files import check_complete
from audition.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from transformers import PretrainedConfig, PreTrainedModel, PreTrainedTokenizerBase

    from audition.types import ModelSpec

AutoClass = Literal["AutoModelForCausalLM", "AutoModelForSeq2SeqLM"]
_SHOWN = 3  #: missing weights named in an error
_PROBE, _TRIES = "tokenisation of the same sentence, over and over again", 5  #: that would show a sampling tokeniser


def load_config(spec: ModelSpec, folder: str) -> PretrainedConfig:
    """Return the configuration of the checkpoint in `folder`.

    Raises:
        UsageError: there is no whole checkpoint, its configuration is broken, or it needs code of its own.
    """
    # transformers would take a missing folder for a hub id, and say that it cannot connect.
    check_complete(Path(folder))
    from transformers import AutoConfig

    with _one_line(spec):
        config: PretrainedConfig = AutoConfig.from_pretrained(folder, trust_remote_code=False, local_files_only=True)
    return config


def load_pretrained(
    spec: ModelSpec,
    folder: str,
    auto_class: AutoClass,
    *,
    model_types: Collection[str] = (),
    attention: str | None = None,
) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """Return the model, in float32 and evaluation mode on the CPU, and its tokeniser.

    Weights come from safetensors, or from `.bin` read with `weights_only=True` where the folder has nothing else.

    Args:
        spec: names the model in errors.
        folder: local folder of the checkpoint.
        auto_class: which head the model gets.
        model_types: of the configuration that are accepted; empty: any.
        attention: implementation; None: PyTorch's scaled dot product where the model has it.

    Raises:
        UsageError: the checkpoint is damaged, lacks weights, needs code of its own, or is of another type.
    """
    import torch
    import transformers

    config = load_config(spec, folder)
    if model_types and config.model_type not in model_types:
        accepted = " or ".join(map(repr, model_types))
        raise UsageError(f"{spec.name!r} is a {config.model_type!r}, but adapter {spec.adapter!r} loads {accepted}")
    with _one_line(spec), quiet():
        module, report = getattr(transformers, auto_class).from_pretrained(
            folder,
            config=config,
            dtype=torch.float32,
            attn_implementation=attention,
            use_safetensors=any(path.suffix == ".safetensors" for path in Path(folder).iterdir()),
            weights_only=True,
            trust_remote_code=False,
            local_files_only=True,
            output_loading_info=True,
        )
    _check_complete(spec, report)
    return module.eval(), load_tokenizer(spec, folder)


def load_tokenizer(spec: ModelSpec, folder: str) -> PreTrainedTokenizerBase:
    """Return the tokeniser of the checkpoint in `folder`.

    Raises:
        UsageError: it is damaged or missing, or needs code of its own.
    """
    from transformers import AutoTokenizer

    with _one_line(spec), quiet(), catch_warnings():
        filterwarnings("ignore", message="Recommended: pip install sacremoses")  # Marian does not use it to encode
        tokenizer = AutoTokenizer.from_pretrained(folder, trust_remote_code=False, local_files_only=True)
    _check_vocabulary(spec, tokenizer)
    _make_repeatable(spec, tokenizer)
    return tokenizer


@contextmanager
def quiet() -> Iterator[None]:
    """Keep transformers' progress bars and notices off standard error; errors still raise."""
    from transformers.utils import logging

    log: Any = logging  # its functions are not annotated
    level, has_bar = log.get_verbosity(), log.is_progress_bar_enabled()
    log.set_verbosity_error()
    log.disable_progress_bar()
    try:
        yield
    finally:
        log.set_verbosity(level)
        if has_bar:
            log.enable_progress_bar()


@contextmanager
def _one_line(spec: ModelSpec) -> Iterator[None]:
    """Turn whatever a damaged checkpoint makes transformers raise into one line; running out of memory stays itself."""
    try:
        yield
    except (MemoryError, UsageError):
        raise
    except Exception as error:
        reason = str(error).strip()
        if "can't allocate memory" in reason:
            raise
        raise UsageError(f"the checkpoint of {spec.name!r} cannot be loaded: {_explain(error, reason)}") from error


def _explain(error: Exception, reason: str) -> str:
    if isinstance(error, UnpicklingError):  # torch's own text advises to unpickle anything at all
        return "its pickled weights are damaged or hold more than tensors, and nothing else is unpickled"
    if "trust_remote_code" in reason:
        return "it needs code of its own, which is never run"
    return f"{type(error).__name__}: {reason.partition(chr(10))[0]}"


def _check_complete(spec: ModelSpec, report: dict[str, Any]) -> None:
    """Refuse weights that transformers would fill in at random: no two loads would give the same loss."""
    mismatched = {str(entry[0]) for entry in report["mismatched_keys"]}
    absent = sorted({*report["missing_keys"], *mismatched})
    if absent:
        named = ", ".join(absent[:_SHOWN]) + (f" and {len(absent) - _SHOWN} more" if len(absent) > _SHOWN else "")
        raise UsageError(f"the checkpoint of {spec.name!r} lacks weights of a {spec.architecture} model: {named}")


def _check_vocabulary(spec: ModelSpec, tokenizer: Any) -> None:  # noqa: ANN401 - untyped call
    """Refuse the empty tokeniser that transformers makes up where the vocabulary's file is missing."""
    ids = tokenizer("a", add_special_tokens=False)["input_ids"]
    if not ids or tokenizer.unk_token_id in ids:
        raise UsageError(f"the tokeniser of {spec.name!r} cannot even write 'a': its vocabulary is missing")


def _make_repeatable(spec: ModelSpec, tokenizer: Any) -> None:  # noqa: ANN401 - untyped call
    """Turn the dropout of merges off, and refuse a tokeniser that still writes the same text in several ways."""
    model: Any = getattr(getattr(tokenizer, "backend_tokenizer", None), "model", None)
    if getattr(model, "dropout", None):
        model.dropout = None
    written = {tuple(tokenizer(_PROBE, add_special_tokens=False)["input_ids"]) for _ in range(_TRIES)}
    if len(written) > 1:
        raise UsageError(
            f"the tokeniser of {spec.name!r} samples: it writes the same text in several ways, and no loss would "
            "repeat; take 'enable_sampling' out of its tokenizer_config.json"
        )
