"""Examples, and what is known of a task before it is opened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Quotes = Literal["auto", "none", "double"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One message of a conversation."""

    role: str  #: "system", "user", "assistant", "tool" (a tool's result)
    content: str  #: "" where there is none, as in a turn that only calls tools
    extra: str = ""  #: JSON object of what else templates read: `tool_calls`, `tool_call_id`, `name`; "" if nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One (input, target) pair; `turns` holds the conversation that `input` renders as plain text, if it was one."""

    input: str
    target: str
    turns: tuple[Turn, ...] = ()  #: the turns before the target, for a model with a chat template
    tools: str = ""  #: JSON list of the tools that the conversation offers; "" where it offers none


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskOptions:
    """How to read a task that is a user's file or a hub data set. Listed tasks take none of these."""

    input_column: str | None = None
    target_column: str | None = None
    prompt: str | None = None  #: a template over columns, such as "Translate: {en}"; replaces the input column
    validation: str | None = None  #: a file, instead of a tenth of the rows
    test: str | None = None  #: a file, instead of a tenth of the rows
    delimiter: str | None = None  #: between fields of a CSV or TSV file; None: a comma, or a tab
    quotes: Quotes = "auto"  #: what quotation marks of such a file are: "none" (text) or "double" (RFC 4180)
    skip_bad_rows: bool = False  #: drop and count malformed rows instead of stopping at the first


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskSpec:
    """What a task is: pure data. Sizes are None until it is opened, where they are not known before."""

    name: str  #: a listed name, or the path or `hf:` address the user gave
    description: str
    metric: Literal["rouge", "chrf"] = "rouge"  #: the generation metric that `finetune` reports
    languages: tuple[str, ...] = ()  #: ISO 639-1 codes
    licence: str = "unknown"
    n_train: int | None = None  #: D_full: training rows
    n_validation: int | None = None
    n_test: int | None = None
    default_recipe: str = "paper"
    min_size: int = 200  #: the smallest subset a live selection measures
    tokens_per_example: float | None = None  #: average length of input and target together, for recorded costs
    citation: str = ""
    options: TaskOptions = TaskOptions()  #: how it was opened, so that a worker opens the same
