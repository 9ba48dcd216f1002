"""What each field of a recipe file may hold, and the one clear line for what it may not."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from audition.errors import UsageError, unknown_name

if TYPE_CHECKING:
    from collections.abc import Callable


def checked(place: str, field: str, value: Any) -> Any:  # noqa: ANN401 - whatever TOML holds
    """Return `value` as the recipe stores it; `place` is the file it stands in.

    Raises:
        UsageError: there is no such field, or it cannot hold this value.
    """
    if field not in RULES:
        raise UsageError(f"{place}: {unknown_name('recipe field', field, [*RULES, 'extends'])}")
    rule = RULES[field]
    try:
        return rule.parse(value)
    except (TypeError, ValueError, OverflowError):
        raise UsageError(f"{place}: '{field}' must be {rule.expected}, got {value!r}") from None


@dataclass(frozen=True, slots=True)
class Rule:
    """What a field may hold: in words, and as a parser that raises TypeError or ValueError."""

    expected: str
    parse: Callable[[Any], Any]


def _require(condition: bool) -> None:
    if not condition:
        raise ValueError


def _text(value: Any) -> str:  # noqa: ANN401
    _require(isinstance(value, str) and bool(value.strip()))
    return str(value)


def _one_of(*choices: str) -> Rule:
    def parse(value: Any) -> str:  # noqa: ANN401
        _require(value in choices)
        return str(value)

    return Rule(" or ".join(repr(choice) for choice in choices), parse)


def _truth(value: Any) -> bool:  # noqa: ANN401
    _require(isinstance(value, bool))
    return bool(value)


def _count(value: Any) -> int:  # noqa: ANN401
    _require(type(value) is int and value >= 1)  # a bool is an int to isinstance
    return int(value)


def _count_or_all(value: Any) -> int | None:  # noqa: ANN401
    return None if value == "all" else _count(value)


def _whole(value: Any) -> int:  # noqa: ANN401
    _require(type(value) is int and value >= 0)
    return int(value)


def _factor_or_none(value: Any) -> float | None:  # noqa: ANN401
    return None if value == "none" else _number(1.0, 10.0, above=True).parse(value)


def _count_or_epochs(value: Any) -> int | None:  # noqa: ANN401
    return None if value == "epochs" else _count(value)


def _number(low: float, high: float, *, above: bool = False) -> Rule:
    def parse(value: Any) -> float:  # noqa: ANN401
        _require(type(value) in (int, float) and math.isfinite(value))
        _require(low < value <= high if above else low <= value <= high)
        return float(value)

    upper = "" if math.isinf(high) else f" and at most {high:g}"
    return Rule(f"a number {'above' if above else 'of at least'} {low:g}{upper}", parse)


def _list_of(what: str, parse_item: Callable[[Any], Any], *, may_be_empty: bool) -> Rule:
    def parse(value: Any) -> tuple[Any, ...]:  # noqa: ANN401
        _require(isinstance(value, list) and (may_be_empty or bool(value)))
        items = tuple(parse_item(item) for item in value)
        _require(len(set(items)) == len(items))
        return items

    return Rule(f"a list of different {what}" + (", or empty" if may_be_empty else ""), parse)


_COUNT = Rule("a whole number of at least 1", _count)
_YES_OR_NO = Rule("true or false", _truth)
_COUNT_OR_ALL = Rule("a whole number of at least 1, or 'all'", _count_or_all)
RULES = {
    "name": Rule("a non-empty string", _text),
    "method": _one_of("full", "lora", "qlora"),
    "precision": _one_of("auto", "fp32", "bf16"),
    "learning_rates": _list_of("numbers above 0 and at most 1", _number(0.0, 1.0, above=True).parse, may_be_empty=True),
    "batch_sizes": _list_of("whole numbers of at least 1", _count, may_be_empty=False),
    "micro_batch_tokens": _COUNT,
    "epochs": _COUNT,
    "patience": _COUNT,
    "warmup_ratio": _number(0.0, 1.0),
    "weight_decay": _number(0.0, math.inf),
    "max_grad_norm": _number(0.0, math.inf, above=True),
    "max_input_tokens": _COUNT,
    "max_target_tokens": _COUNT,
    "truncate": _one_of("start", "end"),
    "train_on": _one_of("last", "all-assistant"),
    "n_validation": _COUNT_OR_ALL,
    "n_test": _COUNT_OR_ALL,
    "quantisation": _one_of("nf4", "int8"),
    "lora_rank": _COUNT,
    "lora_alpha": _number(0.0, math.inf, above=True),
    "lora_dropout": _number(0.0, 0.9),
    "optimiser": _one_of("adamw", "adamw-8bit", "paged-adamw", "paged-adamw-8bit"),
    "checkpointing": _YES_OR_NO,
    "attention": _one_of("auto", "sdpa", "eager", "flash"),
    "tf32": _YES_OR_NO,
    "deterministic": _YES_OR_NO,
    "n_shards": _COUNT,
    "rate_factor": Rule("a number above 1 and at most 10, or 'none'", _factor_or_none),
    "rate_growth": _number(0.0, 1.0),
    "min_steps": Rule("a whole number of at least 0", _whole),
    "n_validations": Rule("a whole number of at least 1, or 'epochs'", _count_or_epochs),
}
