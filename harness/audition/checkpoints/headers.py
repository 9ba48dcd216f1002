"""Parameter counts from the headers of safetensors files: a few kilobytes of JSON, no weights."""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING, Any

from audition.checkpoints.files import file_names, weight_files
from audition.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

#: stored beside the parameters by some versions, but not trained: GPT-2's causal mask, BART's zero bias, rotary tables
_BUFFERS = re.compile(r"(^|\.)(attn\.bias|attn\.masked_bias|final_logits_bias|inv_freq|position_ids)$")


def count_parameters(folder: Path) -> int | None:
    """Return the number of parameters stored in `folder`, tied ones once, or None where they are pickled.

    Raises:
        UsageError: a safetensors file is damaged.
    """
    files = [folder / name for name in weight_files(file_names(folder)) if name.endswith(".safetensors")]
    tensors = {name: tensor for path in files for name, tensor in _header(path).items()}
    if not tensors:
        return None
    sizes: Iterable[int] = (math.prod(tensor["shape"]) for name, tensor in tensors.items() if not _BUFFERS.search(name))
    return sum(sizes)


def _header(path: Path) -> dict[str, Any]:
    """Return `{name: {dtype, shape, data_offsets}}`: 8 bytes of length, little-endian, then JSON, then the data."""
    n_bytes = path.stat().st_size
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        try:
            header = json.loads(file.read(min(length, n_bytes)))
            header.pop("__metadata__", None)
            end = 8 + length + max((tensor["data_offsets"][1] for tensor in header.values()), default=0)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise UsageError(f"{path}: not a safetensors file: its header cannot be read") from error
    if end != n_bytes:
        raise UsageError(f"{path}: must have {end} bytes by its header, has {n_bytes}")
    return dict(header)
