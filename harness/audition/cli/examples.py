"""What `--help` of each command ends with: two commands as somebody would type them. A test parses all of them."""

from __future__ import annotations

from types import MappingProxyType

#: by the words of a command after `audition`; "" is `audition` itself
EXAMPLES = MappingProxyType(
    {
        "": ("audition init my.csv", "audition select my.csv --within 20min"),
        "init": ("audition init my.csv", "audition init my.csv --input-column text --output first.toml"),
        "select": ("audition select my.jsonl --memory 24GB --ratio 1/32", "audition select --config audition.toml"),
        "finetune": (
            "audition finetune tiny/gpt2-1.4m my.jsonl --output tuned/gpt2-1.4m",
            "audition finetune gpt2 --config audition.toml --output tuned/gpt2",
        ),
        "bench": (
            "audition bench --task wmt19 --ratio 1/64 --selector ats,sub-tuning",
            "audition bench --format csv --output rows.csv",
        ),
        "reproduce": ("audition reproduce", "audition reproduce paper --output results"),
        "fit": (
            "audition fit curve.csv --at 1000000",
            "audition fit curve.csv --objective huber --plot curve.svg",
        ),
        "models": ("audition models 'gpt2*'", "audition models plan gpt2-xl --memory 8GB,24GB"),
        "models list": ("audition models 'gpt2*' --json", "audition models --memory 24GB --recipe standard"),
        "models plan": (
            "audition models plan gpt2-xl --memory 8GB,24GB",
            "audition models plan 'facebook/opt*' --task package-synopsis",
        ),
        "tasks": ("audition tasks", "audition tasks check my.jsonl"),
        "tasks list": ("audition tasks", "audition tasks --json"),
        "tasks check": (
            "audition tasks check my.jsonl",
            "audition tasks check my.csv --prompt 'Translate: {en}' --target-column de",
        ),
        "selectors": ("audition selectors", "audition selectors ats"),
        "selectors list": ("audition selectors", "audition selectors ats --json"),
        "executors": ("audition executors", "audition executors local"),
        "executors list": ("audition executors", "audition executors local --json"),
        "page": ("audition page", "audition page bench --output bench-page"),
        "runs": ("audition runs", "audition runs show 20261201"),
        "runs list": ("audition runs", "audition runs --json"),
        "runs show": ("audition runs show 20261201", "audition runs show 20261201 --json"),
        "runs diff": (
            "audition runs diff 20261201-0900 20261201-1000",
            "audition runs diff 20261201-0900 20261201-1000 --json",
        ),
        "runs memory": ("audition runs memory", "audition runs memory --ledger shared.db --json"),
        "plugins": ("audition plugins", "audition plugins doctor selectors"),
        "plugins list": ("audition plugins", "audition plugins --plugin ./mine.py"),
        "plugins doctor": (
            "audition plugins doctor selectors",
            "audition plugins doctor mine --plugin ./mine.py --checkpoint ./small",
        ),
        "plugins new": (
            "audition plugins new my-idea --selector",
            "audition plugins new my-rows --task --output plugins/my-rows",
        ),
        "curves": ("audition curves", "audition curves show wmt19 gpt2 --source recorded"),
        "curves list": ("audition curves --task 'wmt*'", "audition curves --source recorded --json"),
        "curves show": (
            "audition curves show my.jsonl tiny/gpt2-1.4m",
            "audition curves show wmt19 gpt2 --source recorded --json",
        ),
        "doctor": ("audition doctor", "audition doctor --ledger shared.db --json"),
        "docs": ("audition docs", "audition docs faq"),
    }
)


def epilog_of(words: str) -> str | None:
    """Return what the help of a command ends with; None where nothing is listed."""
    found = EXAMPLES.get(words)
    return None if found is None else "\n\n".join(("Examples:", *found))
