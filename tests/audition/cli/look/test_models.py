from __future__ import annotations

import json

from worlds.command import audition


def test_models_show_parameters_as_counted_and_as_published() -> None:
    *_, row = audition("models", "facebook/bart-base").stdout.splitlines()
    assert row.split()[:6] == ["facebook/bart-base", "bart", "bart", "encoder-decoder", "139M", "96.10M"]


def test_models_are_filtered_by_pattern_and_family() -> None:
    def names(*arguments: str) -> list[str]:
        return [model["name"] for model in json.loads(audition("models", *arguments, "--json").stdout)]

    assert sorted(names("gpt2*")) == ["gpt2", "gpt2-large", "gpt2-medium", "gpt2-xl"]
    assert all("opt" in name for name in names("--family", "opt"))
    assert names("*-350m", "--family", "opt") == ["facebook/opt-350m"]
    assert audition("models", "nothing-like-it").stdout == "no model matches 'nothing-like-it'\n"


def test_an_unknown_family_is_one_line_and_code_2() -> None:
    result = audition("models", "--family", "gtp2", code=2)
    assert result.stderr == "error: no model family called 'gtp2'. Did you mean gpt2?\n"
    assert result.stdout == ""
