from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from worlds.command import audition


@pytest.fixture
def reviews() -> str:
    rows = [
        f"{n},The film number {n} was the best of all and it is long,{'good' if n % 3 else 'bad'}" for n in range(400)
    ]
    Path("my reviews.csv").write_text("\n".join(["id,review,verdict", *rows, "too,few"]) + "\n")
    return "my reviews.csv"


def test_settings_are_written_that_read_the_rows(reviews: str) -> None:
    said = audition("init", reviews).stdout
    settings = tomllib.loads(Path("audition.toml").read_text())
    assert settings == {
        "task": "my reviews.csv",
        "input_column": "review",
        "target_column": "verdict",
        "skip_bad_rows": True,
    }
    assert "It looks like classification: 2 distinct targets ('good' 67%, 'bad' 33%)." in said
    assert "Malformed, and skipped: 1." in said
    assert "my reviews.csv:402: a row must have the 3 fields of the header, got 2" in said
    assert "English, by its most frequent words (a guess)" in said
    assert said.endswith("audition select --config audition.toml\n")


def test_the_file_says_what_was_found_and_what_is_a_guess(reviews: str) -> None:
    audition("init", reviews, "--output", "other.toml")
    text = Path("other.toml").read_text()
    assert "# Settings of `audition select`, written by `audition init 'my reviews.csv'`." in text
    assert 'input_column = "review"  # a guess: check it' in text
    assert "# review    text" in text


def test_every_word_that_is_suggested_is_one_of_select(reviews: str) -> None:
    audition("init", reviews)
    suggested = [
        line[2:] for line in Path("audition.toml").read_text().splitlines() if line.startswith("# ") and " = " in line
    ]
    assert len(suggested) == 7, "objective, too: it is a classification"
    words = {name for line in suggested for name in tomllib.loads(line)}
    said = audition("select", "--help").stdout
    assert all(f"--{word}" in said for word in words)


def test_nothing_is_overwritten(reviews: str) -> None:
    Path("audition.toml").write_text("mine = 1\n")
    said = audition("init", reviews, code=2).stderr
    assert said == "error: audition.toml: is there already, and nothing is overwritten; give another --output\n"
    assert Path("audition.toml").read_text() == "mine = 1\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nothing.csv"], "no such file or folder: 'nothing.csv'"),
        (["my reviews.csv", "--input-column", "reviw"], "no column 'reviw'"),
        (["my reviews.csv", "--output", "nowhere/x.toml"], "nowhere/x.toml: cannot be written"),
        (["package-synopsis", "--prompt", "{x}"], "listed task 'package-synopsis' takes no --prompt"),
    ],
)
def test_bad_input_is_one_line(reviews: str, arguments: list[str], message: str) -> None:
    said = audition("init", *arguments, code=2).stderr
    assert message in said
    assert len(said.splitlines()) == 1
    assert not list(Path().glob("*.toml"))


def test_a_file_without_a_header_is_suspected() -> None:
    Path("bare.csv").write_text("".join(f"This is text number {n} of all,label{n % 2}\n" for n in range(200)))
    assert "the file may have no header" in audition("init", "bare.csv").stdout
