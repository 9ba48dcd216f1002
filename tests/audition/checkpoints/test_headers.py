from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from audition.checkpoints import read_spec
from audition.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path


def test_truncated_weights_are_refused(damaged: Path) -> None:
    weights = damaged / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])
    n_bytes = weights.stat().st_size
    with pytest.raises(UsageError, match=rf"model\.safetensors: must have {n_bytes + 100} bytes .* has {n_bytes}"):
        read_spec(str(damaged), adapter_for=str)


@pytest.mark.parametrize("content", [b"", b"not a header at all", b"\x02\0\0\0\0\0\0\0[]"])
def test_what_is_no_safetensors_file_is_refused(damaged: Path, content: bytes) -> None:
    (damaged / "model.safetensors").write_bytes(content)
    with pytest.raises(UsageError, match=r"model\.safetensors: not a safetensors file"):
        read_spec(str(damaged), adapter_for=str)
