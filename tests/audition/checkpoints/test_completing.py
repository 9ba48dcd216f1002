"""What an entry leaves open is read from the checkpoint: its size and shape decide rate, cost and memory."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import pytest

from audition.checkpoints import complete
from audition.checkpoints.candidates import resolve_candidates
from audition.types import AdapterEntry, ModelSpec, Registered
from worlds.open_entries import entry

if TYPE_CHECKING:
    from pathlib import Path


class Listed:
    """A catalog of one model."""

    def __init__(self, spec: ModelSpec) -> None:
        self.models = MappingProxyType({spec.name: Registered(entry=spec, plugin="mine")})

    def adapter_for(self, model_type: str) -> AdapterEntry:
        raise AssertionError(model_type)


def test_a_listed_model_without_a_size_has_that_of_its_checkpoint(gpt2: Path, n_params: int) -> None:
    spec = entry(str(gpt2))
    (found,) = resolve_candidates(["mine/open"], [], Listed(spec))
    assert found.n_params == n_params
    assert found.shape is not None
    assert found.shape.n_layers == 2
    assert replace(found, n_params=None, shape=None) == spec, "nothing else changes"


def test_what_an_entry_says_stands(gpt2: Path, n_params: int) -> None:
    said = replace(entry(str(gpt2)), n_params=7)
    assert complete(said).n_params == 7
    whole = complete(entry(str(gpt2)))
    assert complete(whole) is whole


@pytest.mark.parametrize("checkpoint", ["", "/no/such/folder", "nobody/has-this-in-a-cache"])
def test_what_is_not_on_this_disk_stays_unknown(checkpoint: str) -> None:
    assert complete(entry(checkpoint)) == entry(checkpoint)
