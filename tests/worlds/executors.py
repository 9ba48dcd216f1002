"""What tests of several rooms share of executors."""

from __future__ import annotations

ADAPTER = """
from audition import hookimpl
from audition.types import AdapterEntry, ExecutorEntry


class Here:
    def __init__(self, *, slots, log_dir):
        self.slots = slots


class Elsewhere(Here):
    def __init__(self, *, slots, log_dir, plugins=(), timeout=None):
        self.slots, self.plugins = slots, plugins


@hookimpl
def audition_adapters():
    return [AdapterEntry(name="mine", model_types=("mine",), load=None)]


@hookimpl
def audition_executors():
    yield ExecutorEntry(name="here", make=Here, summary="")
    yield ExecutorEntry(name="elsewhere", make=Elsewhere, summary="")
    yield ExecutorEntry(name="anywhere", make=lambda **options: options, summary="")
"""
