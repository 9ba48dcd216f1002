"""Which columns make the input and the target."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from audition.errors import UsageError
from audition.types import Example
from audition_plugins.tasks.columns import chat as _chat
from audition_plugins.tasks.columns.prompt import Template
from audition_plugins.tasks.readers.rows import RowError, quoted
from audition_plugins.tasks.readers.values import FIRST_OF_SEVERAL, answer_of, text_of

if TYPE_CHECKING:
    from audition.types import TaskOptions
    from audition_plugins.tasks.readers.rows import Row

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
#: taken where none of the above is there: what was chosen before stays so
MORE_PAIRS = (
    ("query", "response"),
    ("query", "answer"),
    ("question", "response"),
    ("question", "answers"),
    ("instruction", "answer"),
    ("prompt", "answer"),
    ("user", "assistant"),
    ("src", "tgt"),
    ("sentence", "label"),
    ("text", "label"),
)
CONTEXTS = {"instruction": ("input", "context"), "question": ("context", "passage")}  #: goes below the input
_HOW = "name them by --input-column (or --prompt) and --target-column"


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """How a row becomes an example: by two columns, by a prompt over columns, or from a conversation."""

    input: str | None = None
    context: str | None = None  #: goes below the input where it is not empty, as in instruction + input → output
    prompt: Template | None = None
    target: str = "target"
    messages: str | None = None
    beside: tuple[str, ...] = ()  #: system, history and tools, which make a conversation where they are not empty

    def __str__(self) -> str:
        also = f" with {quoted(self.beside)}" if self.beside else ""
        if self.messages:
            return f"chat turns from {self.messages!r}{also}"
        shown = "the prompt" if self.prompt else repr(self.input) + (f" and {self.context!r}" if self.context else "")
        return f"input from {shown}{also}, target from {self.target!r}"

    @property
    def required(self) -> frozenset[str]:
        """Return the columns that every source must have."""
        if self.messages:
            return frozenset({self.messages})
        inputs = self.prompt.columns if self.prompt else (self.input,)
        return frozenset(name for name in (*inputs, self.target) if name)

    @property
    def names(self) -> frozenset[str]:
        """Return every column that is read."""
        return self.required | {name for name in (self.context, *self.beside) if name}

    def example(self, row: Row, notes: list[str] | None = None) -> Example:
        """Return the pair that `row` holds; `notes` gets what was decided about it.

        Raises:
            RowError: something is missing, empty or no text.
        """
        return _checked(row, self._example(row, [] if notes is None else notes))

    def _example(self, row: Row, notes: list[str]) -> Example:
        if self.messages:
            return _chat.read_conversation(row, self.messages, notes)
        if self.input and not self.prompt and self._is_conversation(row):
            return self._conversation(row, notes)
        target, is_first = answer_of(row, self.target)
        if is_first:
            notes.append(FIRST_OF_SEVERAL)
        text = self._input(row)
        chat = _chat.pair_with_history(row, text, target) if self.beside else None
        return chat or Example(input=text, target=target)

    def _is_conversation(self, row: Row) -> bool:
        """Return whether prompt and completion are lists of messages."""
        return any(_chat.holds_messages(row.values.get(name)) for name in (self.input, self.target) if name)

    def _conversation(self, row: Row, notes: list[str]) -> Example:
        turns = []
        for name, role in ((self.input or "", "user"), (self.target, "assistant")):
            value = row.get(name)
            messages = value if _chat.holds_messages(value) else [{"role": role, "content": value}]
            turns += _chat.read_turns(row, name, messages, notes)
        return _chat.conversation(row, self.target, turns)

    def _input(self, row: Row) -> str:
        if self.prompt:
            return self.prompt.render(row)
        text = text_of(row, self.input or "input")
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
    if not (options.input_column or options.target_column) and not set(DEFAULT) <= set(names):
        messages = _chat.known_columns(names)
        if messages:
            return Columns(messages=messages, beside=_present((_chat.TOOLS, *_chat.SYSTEM), names))
    source, target = _pair(names, options, label)
    return Columns(
        input=source,
        context=None if options.input_column else _context(source, target, names),
        target=target,
        beside=() if options.input_column else _present((*_chat.SYSTEM, _chat.HISTORY), names, but=(source, target)),
    )


def _present(wanted: tuple[str, ...], names: list[str], but: tuple[str, ...] = ()) -> tuple[str, ...]:
    return tuple(name for name in wanted if name in names and name not in but)


def _context(source: str, target: str, names: list[str]) -> str | None:
    return next((name for name in CONTEXTS.get(source, ()) if name in names and name != target), None)


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
    known = known or [pair for pair in MORE_PAIRS if set(pair) <= set(names)]
    if len(known) > 1:
        pairs = ", ".join(f"{source!r} → {target!r}" for source, target in known)
        raise UsageError(f"{label}: columns fit more than one pair ({pairs}); {_HOW}")
    if not known:
        raise UsageError(f"{label}: no input and target among the columns {quoted(names)}; {_hint(names)}")
    return known[0]


def _hint(names: list[str]) -> str:
    """Return how to go on with columns that make no pair."""
    if {"chosen", "rejected"} <= set(names):
        return f"'chosen' and 'rejected' are preferences: fine-tune on one of them; {_HOW}"
    inner = [name for name in names if "." in name]
    if len(inner) >= 2 and inner[0].partition(".")[0] == inner[1].partition(".")[0]:
        return f"{_HOW}, such as --input-column {inner[0]} --target-column {inner[1]}"
    if names == ["text"]:
        return "one text is no pair: give the question and its answer in columns of their own, or as 'messages'"
    return _HOW


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


def unused(columns: Columns, names: list[str]) -> tuple[str, ...]:
    """Return the columns of a source that are not read; a column of objects is read where something inside it is."""
    read = {name.partition(".")[0] for name in columns.names} | columns.names
    return tuple(name for name in names if name not in read and name.partition(".")[0] not in read and "." not in name)


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
