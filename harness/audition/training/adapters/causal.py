"""Decoder-only models: input, separator and target are one sequence, and the loss counts the target alone."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self, cast

from audition.encoding import CausalEncoder, EncodedPair, attention_mask, pad_rows
from audition.encoding.pairs import IGNORED
from audition.training.adapters.objective import scored_places, summed_loss
from audition.training.adapters.pretrained import PretrainedAdapter
from audition.types import Example, ModelSpec, Side
from audition.types.lazy import LazyModule
from audition.types.protocols import Encoded

if TYPE_CHECKING:
    import torch
    import transformers
else:
    torch = LazyModule("torch")
    transformers = LazyModule("transformers")


class CausalAdapter(PretrainedAdapter):
    """Serves any decoder-only checkpoint that `AutoModelForCausalLM` loads."""

    def __init__(
        self, module: transformers.PreTrainedModel, tokenizer: transformers.PreTrainedTokenizerBase, *, name: str
    ) -> None:
        super().__init__(module, tokenizer, name=name)
        for part in self.module.modules():
            if hasattr(part, "warn_if_padding_and_no_attention_mask"):  # see `_never_looks_ahead`
                part.warn_if_padding_and_no_attention_mask = lambda *_: None

    @cached_property
    def encoder(self) -> CausalEncoder:
        """Return what turns examples into ids."""
        return CausalEncoder(vocabulary=self.vocabulary, n_positions=self.n_positions)

    @classmethod
    def load(cls, spec: ModelSpec, folder: str, *, model_types: Sequence[str] = ()) -> Self:
        """Load the checkpoint in `folder`; see `audition.training.adapters.loading`."""
        from audition.training.adapters.loading import load_pretrained

        module, tokenizer = load_pretrained(spec, folder, "AutoModelForCausalLM", model_types=model_types)
        return cls(module, tokenizer, name=spec.name)

    def collate(self, batch: Sequence[Encoded]) -> dict[str, torch.Tensor]:
        """Return `input_ids` and `attention_mask`, padded on the right; `labels` of their last columns; and `scored`.

        The columns before the first target of the batch have no labels; `scored` says which labels are targets, as
        places in the flattened labels.
        """
        from torch import tensor

        pairs = cast("Sequence[EncodedPair]", batch)
        inputs = [pair.input_ids for pair in pairs]
        first = min(pair.first_label for pair in pairs)
        labels = [row[first:] for row in pad_rows([pair.labels for pair in pairs], IGNORED)]
        return {
            "input_ids": tensor(pad_rows(inputs, self.vocabulary.pad)),
            "attention_mask": tensor(attention_mask(inputs)),
            "labels": tensor(labels),
            "scored": tensor(scored_places(labels)),
        }

    def loss(self, batch: dict[str, Any]) -> torch.Tensor:
        """Return Σ negative log-likelihood of the target tokens in nats."""
        inputs = {"input_ids": batch["input_ids"], "use_cache": False}
        if not self._never_looks_ahead:
            inputs["attention_mask"] = batch["attention_mask"]
        return summed_loss(self.module, inputs, batch)

    def generate(
        self, examples: Sequence[Example], *, max_input_tokens: int, max_new_tokens: int, truncate: Side = "end"
    ) -> list[str]:
        """Return one greedy continuation an example, without the prompt."""
        max_new_tokens = self._most_new(max_new_tokens)
        limit = min(max_input_tokens, self.n_positions - max_new_tokens)
        prompts = [self.encoder.prompt(example, limit, truncate).ids for example in examples]
        with self._generating(self.generation_config(examples, max_new_tokens)):
            return [text for batch in self._in_batches(prompts) for text in self._continue(batch, examples)]

    def generation_config(self, examples: Sequence[Example], max_new_tokens: int) -> transformers.GenerationConfig:
        """Return what `generate` decodes with; an answer ends where the model's chat template ends one."""
        return self._greedy(self._most_new(max_new_tokens), ends=self._ends(examples))

    def _most_new(self, max_new_tokens: int) -> int:
        """Return how many tokens may be generated: half of the positions are the prompt's."""
        return min(max_new_tokens, self.n_positions // 2)

    @cached_property
    def _never_looks_ahead(self) -> bool:
        """Whether padding on the right is invisible without a mask, with which attention is slower.

        Every attention must say that it is causal: BERT as a language model looks ahead, and some say nothing.
        """
        said = [part.is_causal for part in self.module.modules() if hasattr(part, "is_causal")]
        return bool(said) and all(said)

    def _ends(self, examples: Sequence[Example]) -> tuple[int, ...]:
        """Return the ids at which generation stops: that of the turn's end, if it is one, and the end of sequence."""
        uses_template = any(map(self.encoder.uses_template, examples[:1]))
        last = self.encoder.turn_end[-1:] if uses_template and self._ends_specially else ()
        return tuple(dict.fromkeys((*last, self.vocabulary.eos)))

    @cached_property
    def _ends_specially(self) -> bool:
        return self.encoder.turn_end[-1] in self.vocabulary.special_ids or len(self.encoder.turn_end) == 1

    def _continue(self, prompts: Sequence[tuple[int, ...]], examples: Sequence[Example]) -> list[str]:
        from torch import tensor

        ids = tensor(pad_rows(prompts, self.vocabulary.pad, left=True), device=self.module.device)
        mask = tensor(attention_mask(prompts, left=True), device=self.module.device)
        outputs = self.module.generate(input_ids=ids, attention_mask=mask)
        texts = [self.vocabulary.decode(row) for row in outputs[:, ids.shape[1] :].tolist()]
        template = self.encoder.template
        if template is None or not any(map(self.encoder.uses_template, examples[:1])):
            return texts
        return [template.answer_in(text) for text in texts]
