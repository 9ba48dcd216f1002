"""Which columns make the input and the target."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from audition.errors import UsageError
from audition.types import Example
from audition_plugins.tasks import _chat
from audition_plugins.tasks._prompt import Template
from audition_plugins.tasks._rows import RowError, quoted, shorten

if TYPE_CHECKING:
    from audition.types import TaskOptions
    from audition_plugins.tasks._rows import Row

DEFAULT = ("input", "target")
KNOWN_PAIRS = (
    ("prompt", "completion"),
    ("prompt", "response"),
    ("question", "answer"),
    ("instruction", "output"),
    ("instruction", "response"),
    ("source", "target"),
    ("document", "summary"),
    ("dialogue", "summary"),
    ("text", "summary"),
    ("article", "highlights"),
    ("inputs", "targets"),
    ("input", "output"),
)
_HOW = "name them by --input-column (or --prompt) and --target-column"


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """How a row becomes an example: by two columns, by a prompt over columns, or from a conversation."""

    input: str | None = None
    context: str | None = None  #: goes below the input where it is not empty, as in instruction + input → output
    prompt: Template | None = None
    target: str = "target"
    messages: str | None = None

    def __str__(self) -> str:
        if self.messages:
            return f"chat turns from {self.messages!r}"
        shown = "the prompt" if self.prompt else repr(self.input) + (f" and {self.context!r}" if self.context else "")
        return f"input from {shown}, target from {self.target!r}"

    @property
    def names(self) -> frozenset[str]:
        """Return every column that is read."""
        if self.messages:
            return frozenset({self.messages})
        inputs = self.prompt.columns if self.prompt else (self.input, self.context)
        return frozenset(name for name in (*inputs, self.target) if name)

    def example(self, row: Row) -> Example:
        """Return the pair that `row` holds.

        Raises:
            RowError: something is missing, empty or no text.
        """
        if self.messages:
            return _checked(row, _chat.read_conversation(row, self.messages))
        return _checked(row, Example(input=self._input(row), target=_text(row, self.target)))

    def _input(self, row: Row) -> str:
        if self.prompt:
            return self.prompt.render(row)
        text = _text(row, self.input or "input")
        extra = row.values.get(self.context) if self.context else None
        return f"{text}\n\n{extra}" if isinstance(extra, str) and extra.strip() else text


def choose_columns(names: list[str], options: TaskOptions, label: str) -> Columns:
    """Return the columns that `options` name, else those whose names are well known.

    Raises:
        UsageError: a named column is not there, or the names leave it open.
    """
    if options.prompt and options.input_column:
        raise UsageError("a prompt replaces the input column: give one of --prompt and --input-column")
    prompt = Template.parse(options.prompt) if options.prompt else None
    for name in (*(prompt.columns if prompt else ()), options.input_column, options.target_column):
        if name and name not in names:
            raise UsageError(f"{label}: no column {name!r}; columns are {quoted(names)}")
    if prompt:
        return Columns(prompt=prompt, target=options.target_column or _target_beside(names, prompt.columns, label))
    if not (options.input_column or options.target_column) and _chat.COLUMN in names and not set(DEFAULT) <= set(names):
        return Columns(messages=_chat.COLUMN)
    source, target = _pair(names, options, label)
    is_instruction = source == "instruction" and "input" in names and target != "input" and not options.input_column
    return Columns(input=source, context="input" if is_instruction else None, target=target)


def _pair(names: list[str], options: TaskOptions, label: str) -> tuple[str, str]:
    if options.input_column:
        return options.input_column, options.target_column or _target_beside(names, (options.input_column,), label)
    if options.target_column:
        inputs = dict.fromkeys(source for source, _ in (DEFAULT, *KNOWN_PAIRS))
        return _only(
            [n for n in inputs if n in names and n != options.target_column], names, label
        ), options.target_column
    if set(DEFAULT) <= set(names):
        return DEFAULT
    known = [pair for pair in KNOWN_PAIRS if set(pair) <= set(names)]
    if "instruction" in names:
        known = [pair for pair in known if pair != ("input", "output")]
    if len(known) > 1:
        pairs = ", ".join(f"{source!r} → {target!r}" for source, target in known)
        raise UsageError(f"{label}: columns fit more than one pair ({pairs}); {_HOW}")
    if not known:
        raise UsageError(f"{label}: no input and target among the columns {quoted(names)}; {_HOW}")
    return known[0]


def _target_beside(names: list[str], inputs: tuple[str, ...], label: str) -> str:
    targets = dict.fromkeys(target for _, target in (DEFAULT, *KNOWN_PAIRS))
    return _only([name for name in targets if name in names and name not in inputs], names, label)


def _only(known: list[str], names: list[str], label: str) -> str:
    """Return the only known name, or "input" or "target" if it is among them."""
    for name in DEFAULT:
        if name in known:
            return name
    if len(known) != 1:
        raise UsageError(f"{label}: cannot tell input and target apart among the columns {quoted(names)}; {_HOW}")
    return known[0]


def _text(row: Row, column: str) -> str:
    value = row.get(column)
    if not isinstance(value, str) or not value.strip():
        raise RowError(row.place, f"{column!r} must be a non-empty string", shorten(value))
    return value


def _checked(row: Row, example: Example) -> Example:
    """Return `example` unless its text cannot be written as UTF-8: JSON can spell half a character."""
    try:
        for text in (example.input, example.target):
            text.encode()
    except UnicodeEncodeError as error:
        raise RowError(
            row.place, "text must be valid Unicode", f"the lone surrogate {error.object[error.start]!a}"
        ) from None
    return example
