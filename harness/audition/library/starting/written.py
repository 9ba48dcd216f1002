"""What was found, in sentences, and the settings to begin with: a TOML file that explains itself."""

from __future__ import annotations

import shlex
from dataclasses import fields
from pathlib import Path

from audition.errors import UsageError
from audition.library.settings.toml import comment, toml_line
from audition.library.starting.columns import LOOKED_AT
from audition.library.starting.findings import Findings
from audition.readings.inspection import Lengths
from audition.recipes.loading import load_recipe
from audition.text.tables import render
from audition.types import TaskOptions

_SHOWN = 6  #: classes that are named
#: words that people change first, each with what it does; commented out, so that the defaults hold
SUGGESTED = (
    ('models = ["gpt2*", "family:opt"]', "names, patterns, hub ids, folders; default: all listed models"),
    ('memory = ["24GB"]', "of the GPU that will fine-tune; default: this machine's"),
    ('within = "1h"', "how long it may take here by the plan; default: 1h"),
    ('ratio = "1/32"', "or: the largest share of the rows that one measurement may use"),
    ('spend = "2h"', "or: a limit on all measurements together, for which candidates race"),
    ("seeds = 2", "fine-tunings a point; their mean counts"),
)
OF_CLASSES = (('objective = "accuracy"', "or f1: rank by this, measured, instead of the loss"),)


def write_settings(found: Findings, output: Path) -> None:
    """Write the settings of a selection on this data.

    Raises:
        UsageError: there is such a file already, or it cannot be written.
    """
    try:
        with output.open("x", encoding="utf-8", newline="\n") as file:
            file.write(settings_text(found, output))
    except FileExistsError:
        raise UsageError(f"{output}: is there already, and nothing is overwritten; give another --output") from None
    except OSError as error:
        raise UsageError(f"{output}: cannot be written: {error.strerror or error}") from None


def settings_text(found: Findings, output: Path) -> str:
    """Return the file."""
    head = [
        f"Settings of `audition select`, written by `audition init {shlex.quote(found.task)}`.",
        f"Check them, then: {select_command(output)}",
        "Keys are the words of the command, which itself overrides them; paths begin where it is run.",
    ]
    keys = [toml_line("task", found.task)]
    usual = TaskOptions()
    for each in fields(TaskOptions):
        value = getattr(found.options, each.name)
        if value != getattr(usual, each.name):
            note = _note(found, each.name)
            keys.append(toml_line(each.name, value) + (f"  # {note}" if note else ""))
    lines = (*SUGGESTED, *(OF_CLASSES if found.classes else ()))
    suggested = [f"# {line}  # {what}" for line, what in lines]
    parts = ["\n".join(map(comment, head)), comment(describe(found)), "\n".join(keys), "\n".join(suggested)]
    return "\n\n".join(parts) + "\n"


def select_command(output: Path) -> str:
    """Return the command that selects by these settings."""
    return f"audition select --config {shlex.quote(str(output))}"


def describe(found: Findings) -> str:
    """Return what was found, for people."""
    parts = [_rows(found), _columns(found), _lengths(found), _languages(found), _targets(found), _enough(found)]
    return "\n".join(filter(None, parts))


def _note(found: Findings, option: str) -> str:
    if option in ("input_column", "target_column") and found.is_guessed:
        return "a guess: check it"
    if option == "skip_bad_rows":
        return "without it, the first malformed row ends the reading"
    return ""


def _rows(found: Findings) -> str:
    spec, report = found.spec, found.report
    lines = [f"{spec.n_train:,} training, {spec.n_validation:,} validation, {spec.n_test:,} test rows."]
    if report is not None:
        guess = " (a guess: check it)" if found.is_guessed else ""
        lines = [f"{report.n_rows:,} rows read, {report.columns}{guess}.", *lines]
        for count, what in (
            (report.n_bad, "Malformed, and skipped"),
            (report.n_duplicates, "Left out, since another row has the same input"),
            (report.n_overlapping, "Left out of the training rows, since a held-out row has the same input"),
        ):
            lines += [f"{what}: {count:,}."] if count else []
        lines += [f"  {example}" for example in report.bad_examples[:3]]
    if found.n_leaks:
        share = found.n_leaks / found.n_held_out
        lines.append(
            f"Held-out rows with a training row's input but for case, spaces and signs: {found.n_leaks:,} "
            f"({share:.1%}). They make losses look too good."
        )
    return "\n".join(lines)


def _columns(found: Findings) -> str:
    if not found.columns:
        return ""
    rows = [
        {
            "column": each.name,
            "holds": each.kind,
            "filled": f"{each.n_filled / max(1, each.n_rows):.0%}",
            "distinct": each.n_distinct,
            **({"bytes: 50 %": each.lengths.median, "99 %": each.lengths.p99} if each.lengths else {}),
        }
        for each in found.columns
    ]
    n_rows = found.columns[0].n_rows
    what = f"the first {n_rows:,}" if n_rows >= LOOKED_AT else "all"
    said = f"\nColumns ({what} training rows as they lie there, measured):\n{render(rows)}"
    if any(each.is_called_like_a_value for each in found.columns):
        said += "\nA column is called like a value: the file may have no header, and its first row was taken for one."
    return said


def _lengths(found: Findings) -> str:
    rows = [_length_row(each) for each in found.lengths]
    recipe = load_recipe(found.spec.default_recipe)
    said = f"\nLengths (measured on {found.n_measured:,} training rows):\n{render(rows)}"
    for of, tokens, limit in (
        ("inputs", found.input_tokens, recipe.max_input_tokens),
        ("targets", found.target_tokens, recipe.max_target_tokens),
    ):
        if tokens.p99 > limit:
            said += f"\nMore than 1 % of the {of} are longer than the {limit} tokens that recipe {recipe.name} keeps"
            said += f" (99 %: {tokens.p99:,} tokens, estimated). `audition tasks check` has them by tokeniser."
    return said


def _length_row(lengths: Lengths) -> dict[str, object]:
    return {
        "of": lengths.of,
        "in": lengths.unit,
        "50 %": lengths.median,
        "90 %": lengths.p90,
        "99 %": lengths.p99,
        "longest": lengths.longest,
    }


def _languages(found: Findings) -> str:
    inputs, targets = found.language_of_inputs, found.language_of_targets
    return f"\nInputs: {inputs}." + ("" if found.classes else f"\nTargets: {targets}.")


def _targets(found: Findings) -> str:
    if not found.classes:
        return ""
    shown = ", ".join(f"{target!r} {share:.0%}" for target, share in found.classes[:_SHOWN])
    more = ", …" if len(found.classes) > _SHOWN else ""
    return (
        f"It looks like classification: {len(found.classes)} distinct targets ({shown}{more}). "
        "Candidates are ranked by the loss of writing them, or by --objective accuracy or f1."
    )


def _enough(found: Findings) -> str:
    if found.least is None:
        return "There are too few rows for three sizes: give more, or a --min-size below the usual one."
    share, sizes = found.least
    listed = ", ".join(f"{size:,}" for size in sizes)
    return f"The smallest --ratio with sizes enough to tell curves apart is {share}: {listed} rows."
