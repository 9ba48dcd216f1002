"""Decoder-only models: input, separator and target are one sequence, and the loss counts the target alone."""

from __future__ import annotations

import inspect
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self, cast

from audition.training.adapter import PretrainedAdapter
from audition.training.chat import chat_prompt
from audition.training.encoding import EncodedPair, attention_mask, pad_rows
from audition.training.objective import IGNORED, summed_cross_entropy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from audition.protocols import Encoded
    from audition.types import Example, ModelSpec

SEPARATOR = "\n"  #: between input and target, where the model has no chat template


class CausalAdapter(PretrainedAdapter):
    """Serves any decoder-only checkpoint that `AutoModelForCausalLM` loads."""

    @classmethod
    def load(cls, spec: ModelSpec, folder: str, *, model_types: Sequence[str] = ()) -> Self:
        """Load the checkpoint in `folder`; see `audition.training.loading`."""
        from audition.training.loading import load_pretrained

        module, tokenizer = load_pretrained(spec, folder, "AutoModelForCausalLM", model_types=model_types)
        return cls(module, tokenizer, name=spec.name)

    def encode(self, example: Example, *, max_input_tokens: int, max_target_tokens: int | None) -> EncodedPair:
        """Tokenise one pair; where input and target exceed the model's positions, the input gives way.

        Raises:
            UsageError: the target alone does not fit and may not be cut (`max_target_tokens=None`).
        """
        prompt, cue = self._prompt(example)
        # The last target token is predicted, never read: it needs no position.
        n_positions = self.n_positions + 1
        fixed = len(self.vocabulary.prefix) + len(cue)
        target, is_target_cut = self.vocabulary.target(
            example.target, max_tokens=max_target_tokens, room=n_positions - fixed
        )
        kept = self._cut(prompt, cue, min(max_input_tokens, n_positions - len(target)))
        ids = kept + cue + target
        return EncodedPair(
            input_ids=ids[:-1],
            labels=(IGNORED,) * (len(kept) + len(cue) - 1) + target,
            n_tokens=len(ids),
            is_truncated=is_target_cut or len(kept) < len(prompt),
        )

    def collate(self, batch: Sequence[Encoded]) -> dict[str, Tensor]:
        """Return `input_ids` and `attention_mask`, padded on the right, and `labels` for their last columns only.

        The columns before the first target of the batch have no labels, so that no logits are computed for them.
        """
        from torch import tensor

        pairs = cast("Sequence[EncodedPair]", batch)
        inputs = [pair.input_ids for pair in pairs]
        first = min(len(pair.labels) - pair.n_target_tokens for pair in pairs)
        labels = [row[first:] for row in pad_rows([pair.labels for pair in pairs], IGNORED)]
        return {
            "input_ids": tensor(pad_rows(inputs, self.vocabulary.pad)),
            "attention_mask": tensor(attention_mask(inputs)),
            "labels": tensor(labels),
        }

    def loss(self, batch: dict[str, Any]) -> Tensor:
        """Return Σ negative log-likelihood of the target tokens in nats."""
        labels = batch["labels"]
        n_columns = labels.shape[1]
        options = {"logits_to_keep": n_columns} if self._keeps_logits else {}
        outputs = self.module(
            input_ids=batch["input_ids"], attention_mask=batch["attention_mask"], use_cache=False, **options
        )
        return summed_cross_entropy(outputs.logits[:, -n_columns:], labels)

    def generate(self, examples: Sequence[Example], *, max_input_tokens: int, max_new_tokens: int) -> list[str]:
        """Return one greedy continuation an example, without the prompt."""
        limit = min(max_input_tokens, self.n_positions - max_new_tokens)
        prompts = [self._cut(prompt, cue, limit) + cue for prompt, cue in map(self._prompt, examples)]
        with self._generating(self._greedy(max_new_tokens)):
            return [text for batch in self._in_batches(prompts) for text in self._continue(batch)]

    @cached_property
    def _keeps_logits(self) -> bool:
        """Whether the model can compute the logits of the last columns alone; nearly all can."""
        return "logits_to_keep" in inspect.signature(type(self.module).forward).parameters

    def _prompt(self, example: Example) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Return the ids that may be cut at their end, and those that must stand before the target."""
        if example.turns and self.tokenizer.chat_template:
            prompt, cue = map(self.vocabulary.ids, chat_prompt(self.tokenizer, example.turns, owner=self.name))
        else:
            prompt, cue = self.vocabulary.prefix + self.vocabulary.ids(example.input), self.vocabulary.ids(SEPARATOR)
        # A tokeniser may drop line breaks, a template have no cue: the first target token must still follow something.
        return prompt, cue or (self.vocabulary.eos,)

    def _cut(self, prompt: tuple[int, ...], cue: tuple[int, ...], limit: int) -> tuple[int, ...]:
        return prompt[: max(limit - len(cue), len(self.vocabulary.prefix))]

    def _continue(self, prompts: Sequence[tuple[int, ...]]) -> list[str]:
        from torch import tensor

        ids = tensor(pad_rows(prompts, self.vocabulary.pad, left=True), device=self.module.device)
        mask = tensor(attention_mask(prompts, left=True), device=self.module.device)
        outputs = self.module.generate(input_ids=ids, attention_mask=mask)
        return [self.vocabulary.decode(row) for row in outputs[:, ids.shape[1] :].tolist()]
