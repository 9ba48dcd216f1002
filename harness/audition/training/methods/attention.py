"""The attention implementation that a recipe asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audition.errors import UsageError

if TYPE_CHECKING:
    from audition.training.recipe import Attention

_NAMES = {"sdpa": "sdpa", "eager": "eager", "flash": "flash_attention_2"}  #: as transformers spells them


def set_attention(module: Any, attention: Attention) -> None:  # noqa: ANN401 - a torch module
    """Make a transformers model compute attention so, throughout; "auto" leaves what it was loaded with.

    Raises:
        UsageError: the model has no such implementation.
    """
    if attention == "auto":
        return
    from audition.training.loading import quiet

    name = _NAMES[attention]
    reason = ""
    try:
        with quiet():
            module.set_attn_implementation(name)
    except (AttributeError, ImportError, ValueError) as error:
        reason = f": {next(iter(str(error).splitlines()), '')}"
    # where a model cannot change it, transformers only logs so
    if reason or module.config._attn_implementation != name:  # noqa: SLF001 - there is no public name for it
        raise UsageError(f"{type(module).__name__} has no attention {attention!r}{reason}")
