"""Every first-party adapter, and Llama through `auto`, passes the public conformance tests."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pytest

from audition.testing import AdapterConformance, Kind, build_checkpoint
from audition_plugins.models import audition_adapters

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from audition.types import AdapterEntry, ModelSpec

pytestmark = pytest.mark.slow  # each adapter overfits eight pairs

ENTRIES = {entry.name: entry for entry in audition_adapters()}


@pytest.fixture(scope="module")
def folder_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Kind], Path]:
    return cache(lambda kind: build_checkpoint(kind, tmp_path_factory.mktemp(kind)))


class Conformance(AdapterConformance):
    kind: Kind
    adapter_name: str

    @pytest.fixture
    def entry(self) -> AdapterEntry:
        return ENTRIES[self.adapter_name]

    @pytest.fixture
    def checkpoint(self, folder_of: Callable[[Kind], Path]) -> Path:
        return folder_of(self.kind)

    def test_parameters_are_known_before_it_is_loaded(self, spec: ModelSpec) -> None:
        assert spec.n_params is not None


class TestGpt2(Conformance):
    kind, adapter_name = "gpt2", "gpt2"


class TestOpt(Conformance):
    kind, adapter_name = "opt", "opt"


class TestPhi(Conformance):
    kind, adapter_name = "phi", "phi"


class TestBart(Conformance):
    kind, adapter_name = "bart", "bart"


class TestT5(Conformance):
    kind, adapter_name = "t5", "t5"


class TestT5V11(Conformance):
    kind, adapter_name = "t5-v1.1", "t5"


class TestMT5(Conformance):
    kind, adapter_name = "mt5", "t5"


class TestSwitch(Conformance):
    kind, adapter_name = "switch_transformers", "switch"


class TestLlama(Conformance):
    kind, adapter_name = "llama", "auto"
