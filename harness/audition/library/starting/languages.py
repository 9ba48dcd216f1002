"""Which script and language texts are in: letters are counted, and of Latin script the most frequent words."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable

#: words that nearly every sentence has one of, and that few of the other languages have
FUNCTION_WORDS = {
    "English": "the of and to in is that it for was with as his on be at by this had not are but from or have an they",
    "German": "der die und das den von zu mit ist des sich nicht ein eine dem für auf im auch es werden wird bei oder",
    "French": "le les des et une est que dans qui pour pas du au sur par plus avec ce ne se sont cette mais ou aux",
    "Spanish": "el los las del que y en es por con una para se lo como más pero sus al fue este ha también muy son",
    "Italian": "il di che è la per un non con del una sono della si dei nel alla le più come anche gli ha ma dal",
    "Portuguese": "o os do da em que não uma para com as dos é na no por mais ao foi como se das ele são tem mas",
    "Dutch": "de het een van en dat niet zijn te op voor met er aan ook maar bij naar uit wordt om heeft wat dan of",
}
ENOUGH = 0.08  #: of the words: a share below that says nothing
CLEARLY = 1.3  #: times the share of the next language
_SCRIPTS = {"CJK": "Chinese characters", "HIRAGANA": "Japanese kana", "KATAKANA": "Japanese kana", "HANGUL": "Hangul"}
_LANGUAGES = {"Hangul": "Korean", "Japanese kana": "Japanese"}
_WORD = re.compile(r"[^\W\d_]+")


def describe_language(texts: Iterable[str]) -> str:
    """Return the script that most letters are of, measured, and where something tells it, the language, guessed."""
    scripts: Counter[str] = Counter()
    words: Counter[str] = Counter()
    n_characters = 0
    for text in texts:
        n_characters += sum(not character.isspace() for character in text)
        scripts.update(script_of(character) for character in text if character.isalpha())
        words.update(word.lower() for word in _WORD.findall(text))
    n_letters = scripts.total()
    if not n_letters or n_letters < 0.3 * n_characters:
        return f"few letters: {n_letters / max(1, n_characters):.0%} of the characters"
    [(script, count), *_] = scripts.most_common(1)
    said = f"{script}: {count / n_letters:.0%} of the letters"
    language = _language(script, scripts, words)
    return f"{said}; {language}" if language else said


def script_of(character: str) -> str:
    """Return the script of a letter, by the first word of its Unicode name."""
    first = unicodedata.name(character, "UNNAMED").partition(" ")[0]
    return _SCRIPTS.get(first, f"{first.capitalize()} script")


def _language(script: str, scripts: Counter[str], words: Counter[str]) -> str:
    if script == "Chinese characters" and scripts["Japanese kana"] > 0.1 * scripts.total():
        script = "Japanese kana"
    if script in _LANGUAGES:
        return f"{_LANGUAGES[script]}, by its script (a guess)"
    if script != "Latin script":
        return ""
    total = words.total()
    shares = {name: sum(words[word] for word in listed.split()) / total for name, listed in FUNCTION_WORDS.items()}
    (first, share), (_, second) = sorted(shares.items(), key=lambda item: -item[1])[:2]
    if share < ENOUGH or share < CLEARLY * second:
        return "the language cannot be told from its most frequent words"
    return f"{first}, by its most frequent words (a guess)"
