"""How each candidate will read the task's rows, told before anything is trained, from tokenisers on this disk alone."""

from __future__ import annotations

from collections import defaultdict
from contextlib import suppress
from threading import RLock
from typing import TYPE_CHECKING

from audition.checkpoints import is_on_disk, resolve
from audition.errors import UsageError
from audition.readings.remembering import Memory
from audition.text import codec
from audition.types import Survey

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from audition.encoding.loading import Encoder
    from audition.readings.remembering import Store
    from audition.types import Example, ModelSpec, Recipe
    from audition.types.protocols import TaskLoader

SAMPLE = 2000  #: training rows that are looked at


class Readings:
    """One task under one recipe, as its candidates read it. Thread-safe; everything is found out once."""

    def __init__(self, task: TaskLoader, recipe: Recipe, store: Store | None = None) -> None:
        self._memory = Memory(store, task.fingerprint, recipe)
        self._task = task
        self._recipe = recipe
        self._encoders: dict[str, Encoder | None] = {}
        self._surveys: dict[str, Survey | None] = {}
        self._first_new: dict[tuple[str, int], _Scan] = {}
        self._held_out_new: dict[tuple[str, str], bool] = {}
        self._locks: Mapping[str, RLock] = defaultdict(RLock)

    def survey(self, model: ModelSpec) -> Survey | None:
        """Return how `model` reads a sample of the rows; None if its tokeniser is not here, or its adapter's own.

        Raises:
            UsageError: its checkpoint or tokeniser cannot be used.
        """
        with self._locks[model.name]:
            if model.name not in self._surveys:
                self._surveys[model.name] = self._remembered(model)
            return self._surveys[model.name]

    def lengths(self, model: ModelSpec, examples: Sequence[Example]) -> list[tuple[int, int]]:
        """Return the tokens of input and target, shape (n, 2), of the examples that `model` takes; none if unknown."""
        with self._locks[model.name]:
            encoder = self._encoder(model) if is_on_disk(model) else None
            if encoder is None:
                return []
            taken = []
            for example in examples:
                with suppress(UsageError):
                    taken.append(encoder.lengths(example))
            return taken

    def prompting(self, model: ModelSpec) -> str:
        """Return Python that prompts a fine-tuned `model` as it was trained; "" where its adapter alone knows how."""
        from audition.readings.prompting import how_to_prompt

        with self._locks[model.name]:
            encoder = self._encoder(model)
            return "" if encoder is None else how_to_prompt(encoder, self._task.test(1)[0])

    def key_parts(self, model: ModelSpec, n_samples: int, seed: int) -> Mapping[str, object]:
        """Return what a measurement's key says of its encoding: nothing where it is as it always was."""
        from audition.readings.versions import VERSION

        with self._locks[model.name]:
            fact = f"is new: {n_samples} of {seed}"
            is_new = self._memory.get(model, fact)
            if is_new is None:
                encoder = self._encoder(model)
                is_new = encoder is not None and self._is_new(model, encoder, n_samples, seed)
                self._memory.put(model, fact, is_new)
            return VERSION if is_new else {}

    def _remembered(self, model: ModelSpec) -> Survey | None:
        """Return what was found out before, or is now; a model that cannot be read is looked at anew each time."""
        if not is_on_disk(model):
            return None
        known = self._memory.get(model, "survey")
        if known is not None:
            return codec.from_json(Survey, known["found"]) if known["found"] is not None else None
        found = self._look(model)
        self._memory.put(model, "survey", {"found": found})
        return found

    def _look(self, model: ModelSpec) -> Survey | None:
        from audition.readings.survey import survey

        encoder = self._encoder(model)
        if encoder is None:
            return None
        n_train = min(SAMPLE, self._task.spec.n_train or 0)
        return survey(
            encoder,
            list(self._task.train(n_train, 0)),
            list(self._task.test(self._recipe.n_test)),
            self._recipe,
            validation=list(self._task.validation(self._recipe.n_validation)),
        )

    def _encoder(self, model: ModelSpec) -> Encoder | None:
        """Return the encoder of a model whose checkpoint is here; None if transformers does not know its kind."""
        if model.name not in self._encoders:
            from transformers import CONFIG_MAPPING

            from audition.checkpoints.files import read_config
            from audition.encoding.loading import load_encoder

            folder = resolve(model, allow_download=False).folder
            is_known = read_config(folder)["model_type"] in CONFIG_MAPPING
            self._encoders[model.name] = load_encoder(model, str(folder)) if is_known else None
        return self._encoders[model.name]

    def _is_new(self, model: ModelSpec, encoder: Encoder, n_samples: int, seed: int) -> bool:
        if self._is_held_out_new(model, encoder, "test", self._task.test(self._recipe.n_test)):
            return True
        if not n_samples:  # zero-shot: neither trained nor validated
            return False
        if self._is_held_out_new(model, encoder, "validation", self._task.validation(self._recipe.n_validation)):
            return True
        scan = self._first_new.setdefault((model.name, seed), _Scan())
        if scan.found is None and scan.n_seen < n_samples:  # subsets are nested: what was seen need not be seen again
            rows = self._task.train(n_samples, seed)
            for place in range(scan.n_seen, n_samples):
                if _is_new(encoder, rows[place], self._recipe, is_test=False):
                    scan.found = place
                    break
            scan.n_seen = n_samples
        return scan.found is not None and scan.found < n_samples

    def _is_held_out_new(self, model: ModelSpec, encoder: Encoder, split: str, rows: Sequence[Example]) -> bool:
        key = (model.name, split)
        if key not in self._held_out_new:
            self._held_out_new[key] = any(_is_new(encoder, each, self._recipe, is_test=True) for each in rows)
        return self._held_out_new[key]


class _Scan:
    """How far the training rows of one seed were looked at, and the first that is encoded anew."""

    def __init__(self) -> None:
        self.n_seen = 0
        self.found: int | None = None


def _is_new(encoder: Encoder, example: Example, recipe: Recipe, *, is_test: bool) -> bool:
    from audition.readings.versions import is_new

    try:
        return is_new(encoder, example, recipe, is_test=is_test)
    except UsageError:  # it is refused, which no ledger has a number for
        return True
