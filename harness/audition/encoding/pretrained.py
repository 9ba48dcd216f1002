"""A checkpoint's configuration and tokeniser, read by transformers: safe formats, no remote code."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from pickle import UnpicklingError
from typing import TYPE_CHECKING, Any
from warnings import catch_warnings, filterwarnings

from audition.checkpoints.files import check_complete
from audition.errors import UsageError
from audition.types import ModelSpec
from audition.types.lazy import LazyModule

if TYPE_CHECKING:
    import transformers
else:
    transformers = LazyModule("transformers")


_PROBE, _TRIES = "tokenisation of the same sentence, over and over again", 5  #: that would show a sampling tokeniser


def load_config(spec: ModelSpec, folder: str) -> transformers.PretrainedConfig:
    """Return the configuration of the checkpoint in `folder`.

    Raises:
        UsageError: there is no whole checkpoint, its configuration is broken, or it needs code of its own.
    """
    # transformers would take a missing folder for a hub id, and say that it cannot connect.
    check_complete(Path(folder))
    from transformers import AutoConfig

    with _one_line(spec):
        config: transformers.PretrainedConfig = AutoConfig.from_pretrained(
            folder, trust_remote_code=False, local_files_only=True
        )
    return config


def load_tokenizer(spec: ModelSpec, folder: str) -> transformers.PreTrainedTokenizerBase:
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
