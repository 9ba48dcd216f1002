"""One cell of the benchmark."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from fractions import Fraction
from typing import Any

from audition.bench.quality import Quality
from audition.text import codec


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """How one selector did at one ratio on one task among the models of one stratum."""

    task: str
    ratio: Fraction
    selector: str
    options: tuple[str, ...]
    stratum: str  #: "all", "params<1.9e9" or "memory<=24GiB"
    n_models: int
    d_full: int
    selected: str | None  #: the model it ranked first
    quality: Quality
    n_samples: int  #: Σ of the sizes it may ask for, over the models it auditioned, as the paper counts
    n_samples_spent: int  #: Σ of the sizes it really asked for: AtS stops early
    flops: float | None  #: of `n_samples`, as the paper counts; None: unknown
    flops_spent: float | None  #: of `n_samples_spent`
    plugin: str
    version: str
    seed: int = 0  #: for a selector that draws random numbers
    definition: str = ""  #: of the selector's plugin: name, version and hash; empty: unknown
    made_with: str = ""  #: definitions of audition and of the plugins that offer task, curves and models
    curves: str = ""  #: fingerprint of the recorded losses
    probability: float | None = None  #: that the selector gave its choice of being within 2 % of the best; None: none
    ranking: tuple[str, ...] = ()  #: the models, best first, those without a score last; empty: unknown

    @property
    def contestant(self) -> str:
        """Return the selector and its options: "ats k=4 delta=2"."""
        return " ".join((self.selector, *self.options))

    def to_json(self) -> dict[str, Any]:
        """Return a flat object; a ratio is "1/512", metrics are fractions, what is undefined is null.

        Where a row is a line of a table, `to_record` leaves the ranking out.
        """
        fields: dict[str, Any] = codec.to_json(self)
        quality = fields.pop("quality")
        place = list(fields).index("n_samples")
        return dict([*list(fields.items())[:place], *quality.items(), *list(fields.items())[place:]])

    def to_record(self) -> dict[str, Any]:
        """Return a flat object of single values."""
        record = self.to_json()
        del record["ranking"]
        return record

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Row:
        """Return the row that `to_json` made `record` of.

        Raises:
            UsageError: a field is missing, unknown, or of another type.
        """
        rest = dict(record)
        metrics = {field.name: rest.pop(field.name) for field in fields(Quality) if field.name in rest}
        return codec.from_json(cls, {**rest, "quality": metrics})
