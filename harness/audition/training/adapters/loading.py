"""From a folder to a model in memory: float32, safe formats, no remote code, and nothing of it left to chance."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from audition.encoding.pretrained import _one_line, load_config, load_tokenizer, quiet
from audition.errors import UsageError
from audition.training.adapters.kernels import fuse

if TYPE_CHECKING:
    from collections.abc import Collection

    from transformers import PreTrainedModel, PreTrainedTokenizerBase

    from audition.types import ModelSpec


AutoClass = Literal["AutoModelForCausalLM", "AutoModelForSeq2SeqLM"]
_SHOWN = 3  #: missing weights named in an error


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
    fuse(module)
    return module.eval(), load_tokenizer(spec, folder)


def _check_complete(spec: ModelSpec, report: dict[str, Any]) -> None:
    """Refuse weights that transformers would fill in at random: no two loads would give the same loss."""
    mismatched = {str(entry[0]) for entry in report["mismatched_keys"]}
    absent = sorted({*report["missing_keys"], *mismatched})
    if absent:
        named = ", ".join(absent[:_SHOWN]) + (f" and {len(absent) - _SHOWN} more" if len(absent) > _SHOWN else "")
        raise UsageError(f"the checkpoint of {spec.name!r} lacks weights of a {spec.architecture} model: {named}")
