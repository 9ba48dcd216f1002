from __future__ import annotations

import pytest

from audition.library.starting.languages import FUNCTION_WORDS, describe_language


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("It was the best of times, it was the worst of times.", "English, by its most frequent words (a guess)"),
        ("Die Würde des Menschen ist unantastbar, und sie zu achten ist Pflicht.", "German, by"),
        ("Tous les êtres humains naissent libres et égaux dans la dignité, et ils sont doués de raison.", "French, by"),
        ("Todos los seres humanos nacen libres, y con la razón de que son dueños en el mundo.", "Spanish, by"),
        ("Tutti gli esseri umani nascono liberi, e sono dotati di ragione che la legge non nega.", "Italian, by"),
        ("def main(argv): return argv.pop()", "the language cannot be told from its most frequent words"),
        ("Все люди рождаются свободными", "Cyrillic script: 100% of the letters"),
        ("すべての人間は、生まれながらにして自由である", "Japanese, by its script (a guess)"),
        ("人人生而自由", "Chinese characters: 100% of the letters"),
        ("모든 인간은 자유롭다", "Hangul: 100% of the letters; Korean"),
        ("12 + 7 = 19, x", "few letters: 11% of the characters"),
        ("", "few letters: 0% of the characters"),
    ],
)
def test_a_script_is_counted_and_a_language_guessed(text: str, said: str) -> None:
    assert said in describe_language([text])


def test_a_language_without_words_of_ours_is_not_called_by_another_s_name() -> None:
    finnish = "Kaikki ihmiset syntyvät vapaina ja tasavertaisina arvoltaan ja oikeuksiltaan"
    assert "cannot be told" in describe_language([finnish])


def test_no_language_counts_a_word_twice_or_has_many_more_than_another() -> None:
    for words in map(str.split, FUNCTION_WORDS.values()):
        assert len(set(words)) == len(words)
        assert 24 <= len(words) <= 30
