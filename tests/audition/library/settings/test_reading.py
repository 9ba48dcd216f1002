from __future__ import annotations

from pathlib import Path

import pytest

from audition.errors import UsageError
from audition.library.settings.reading import read_settings

FILE = Path("my.toml")


def read(text: str, command: str = "select", *flags: str) -> dict[str, object]:
    FILE.write_text(text)
    return dict(read_settings(FILE, command, frozenset(flags)))


def test_keys_are_the_words_of_the_command_with_dashes_or_without() -> None:
    assert read('task = "t"\nmin-size = 30\nrank_lossy = true\nmodels = "gpt2*"') == {
        "task": "t",
        "min_size": 30,
        "rank_lossy": True,
        "models": ["gpt2*"],
    }


def test_one_file_serves_two_commands() -> None:
    text = 'task = "t"\nmodels = "a"\nmetric = "chrf"\nseed = 1\n[select]\nseed = 2\n[finetune]\noutput = "tuned"\n'
    assert read(text) == {"task": "t", "models": ["a"], "seed": 2}
    assert read(text, "finetune") == {"task": "t", "metric": "chrf", "seed": 1, "output": "tuned"}


def test_flags_of_the_command_alone_are_true_or_false() -> None:
    assert read("json = true", "select", "json") == {"json": True}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("modles = 'a'", "my.toml: no setting called 'modles'. Did you mean models or model?"),
        ("seeds = 'two'", "my.toml: 'seeds' must be a whole number, got 'two'"),
        ("recheck = 'yes'", "my.toml: 'recheck' must be true or false, got 'yes'"),
        ("seeds = true", "my.toml: 'seeds' must be a whole number, got true"),
        ("source = 'lve'", "my.toml: 'source' must be 'live' or 'recorded', got 'lve'"),
        ("[select]\nseeds = 'two'", "my.toml: 'select.seeds' must be a whole number, got 'two'"),
        ("[select]\nmetric = 'rouge'", "my.toml: no setting called 'metric'"),
        ("[finetuen]\nseed = 1", "my.toml: no setting called 'finetuen'"),
        ("catalog = 'x'", "my.toml: no setting called 'catalog'"),
        ("seeds = ", "my.toml: not valid TOML: Invalid value"),
    ],
)
def test_what_is_wrong_is_one_line_with_file_and_key(text: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        read(text)
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)


def test_a_file_that_cannot_be_read_says_so() -> None:
    with pytest.raises(UsageError, match="none.toml: cannot read the settings: no such file or directory"):
        read_settings(Path("none.toml"), "select")
    FILE.write_bytes(b"task = '\xff'")
    with pytest.raises(UsageError, match="my.toml: settings must be UTF-8 text"):
        read_settings(FILE, "select")
