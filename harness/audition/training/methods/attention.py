"""The attention implementation that a recipe asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audition.errors import UsageError

if TYPE_CHECKING:
    from audition.types import Attention

_NAMES = {"sdpa": "sdpa", "eager": "eager", "flash": "flash_attention_2"}  #: as transformers spells them


def set_attention(module: Any, attention: Attention) -> None:  # noqa: ANN401 - a torch module
    """Make a transformers model compute attention so, throughout; "auto" leaves what it was loaded with.

    Raises:
        UsageError: the model has no such implementation.
    """
    if attention == "auto":
        return
    from audition.encoding.pretrained import quiet

    name = _NAMES[attention]
    reason = None
    try:
        with quiet():
            module.set_attn_implementation(name)
    except ImportError as error:
        reason = f"cannot use attention {attention!r} here: {next(iter(str(error).splitlines()), '')}"
    except (AttributeError, ValueError):  # of transformers' six sentences nothing else is for users
        reason = _missing(attention)
    # where a model cannot change it, transformers only logs so
    if reason is None and module.config._attn_implementation != name:  # noqa: SLF001 - there is no public name for it
        reason = _missing(attention)
    if reason is not None:
        raise UsageError(f"{type(module).__name__} {reason}")


def _missing(attention: str) -> str:
    return f"has no attention {attention!r}; with 'auto' it takes what it has"
