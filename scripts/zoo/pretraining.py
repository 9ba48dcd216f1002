"""Pre-train one model: a plain loop that can be stopped at any moment and goes on where its last checkpoint was."""

from __future__ import annotations

import math
import sys
import time
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from zoo.architectures import build_config, build_model
from zoo.files import atomic_path
from zoo.objectives import Batch, Cursor, next_batch, read_vocabulary
from zoo.text import Tokens, split

if TYPE_CHECKING:
    from pathlib import Path

    from tokenizers import Tokenizer
    from transformers import PreTrainedModel

    from zoo.specs import ZooModel

WARM_UP = 0.05  #: share of the training in which the learning rate rises
FINAL_RATE = 0.1  #: share of the peak learning rate at the end
WEIGHT_DECAY = 0.05
_BETAS = (0.9, 0.98)
_CHECKPOINT_SECONDS = 100
_PROGRESS_SECONDS = 15
_CURVE_POINTS = 12  #: held-out losses recorded during a training, the one before it not counted
_HELD_OUT_BATCHES = 8
_HELD_OUT_SEED = 7


@dataclass(slots=True)
class Progress:
    """What a training has done so far; together with weights and optimiser it is the checkpoint."""

    step: int = 0
    tokens: int = 0
    position: int = 0  #: of the next token in the stream
    seconds: float = 0.0
    curve: list[tuple[int, float]] = field(default_factory=list)  #: tokens, held-out loss


def learning_rate(model: ZooModel, tokens: int) -> float:
    """Return the learning rate after so many tokens: linear warm-up, then a cosine down to a tenth."""
    done = min(tokens / model.tokens, 1.0)
    if done < WARM_UP:
        return model.peak_learning_rate * max(done / WARM_UP, 0.01)
    cosine = 0.5 * (1 + math.cos(math.pi * (done - WARM_UP) / (1 - WARM_UP)))
    return model.peak_learning_rate * (FINAL_RATE + (1 - FINAL_RATE) * cosine)


class Pretraining:
    """One model's training, with its checkpoint in ``work``."""

    def __init__(self, model: ZooModel, tokeniser: Tokenizer, stream: Tokens, work: Path) -> None:
        self.model = model
        self.vocabulary = read_vocabulary(tokeniser)
        self.training_stream, self.held_out_stream = split(stream)
        self.checkpoint = work / f"{model.name}.checkpoint.pt"
        self.network = build_model(model, build_config(model), model.seed)
        self.optimiser = torch.optim.AdamW(
            self.network.parameters(), lr=model.peak_learning_rate, betas=_BETAS, weight_decay=WEIGHT_DECAY
        )
        self.progress = Progress()

    def run(self) -> tuple[PreTrainedModel, Progress]:
        """Train to the end, from the checkpoint if there is one, and return the network and what happened."""
        self._restore()
        if not self.progress.curve:
            self._record()
        saved = shown = time.monotonic()
        while self.progress.tokens < self.model.tokens:
            self._step()
            now = time.monotonic()
            if now - shown > _PROGRESS_SECONDS:
                self._show()
                shown = now
            if now - saved > _CHECKPOINT_SECONDS:
                self._save()
                saved = now
        self._save()
        return self.network, self.progress

    def _step(self) -> None:
        began = time.monotonic()
        progress = self.progress
        cursor = Cursor(self.training_stream, progress.position)
        rng = np.random.default_rng([self.model.seed, progress.step])
        batch, n_tokens = next_batch(self.model, self.vocabulary, cursor, rng)
        for group in self.optimiser.param_groups:
            group["lr"] = learning_rate(self.model, progress.tokens)
        self.network.train()
        loss = self._loss(batch)
        loss.backward()  # type: ignore[no-untyped-call]  # the library leaves it untyped
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimiser.step()
        self.optimiser.zero_grad(set_to_none=True)
        points_before = progress.tokens * _CURVE_POINTS // self.model.tokens
        progress.step, progress.position = progress.step + 1, cursor.position
        progress.tokens += n_tokens
        progress.seconds += time.monotonic() - began
        if progress.tokens * _CURVE_POINTS // self.model.tokens > points_before:
            self._record()

    def _loss(self, batch: Batch) -> torch.Tensor:
        # Switch balances its experts only if the router's logits are asked for in the call.
        extra = {"output_router_logits": True} if self.model.architecture == "switch" and self.network.training else {}
        with torch.autocast("cpu", torch.bfloat16):  # up to 1.6 times as fast on one thread with AMX
            loss: torch.Tensor = self.network(**batch, **extra).loss
        return loss

    @torch.no_grad()
    def held_out_loss(self) -> float:
        """Return the loss in nats per target token on text that was not trained on, the same batches every time."""
        self.network.train(mode=False)
        cursor, rng = Cursor(self.held_out_stream), np.random.default_rng(_HELD_OUT_SEED)
        batches = (next_batch(self.model, self.vocabulary, cursor, rng)[0] for _ in range(_HELD_OUT_BATCHES))
        return float(np.mean([self._loss(batch).item() for batch in batches]))

    def _record(self) -> None:
        self.progress.curve.append((self.progress.tokens, round(self.held_out_loss(), 4)))
        self._show()

    def _show(self) -> None:
        progress, total = self.progress, self.model.tokens
        rate = progress.tokens / max(progress.seconds, 1e-9)
        left = (total - progress.tokens) / rate if rate else math.inf
        sys.stderr.write(
            f"{self.model.name}: {progress.tokens / 1e6:.2f} of {total / 1e6:.2f} M tokens, "
            f"held-out loss {progress.curve[-1][1]:.3f}, {rate:.0f} tokens/s, {left / 60:.1f} min left\n"
        )
        sys.stderr.flush()

    def _save(self) -> None:
        state = {
            "weights": self.network.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "progress": asdict(self.progress),
        }
        with atomic_path(self.checkpoint) as temporary:
            torch.save(state, temporary)

    def _restore(self) -> None:
        if not self.checkpoint.exists():
            return
        state: dict[str, Any] = torch.load(self.checkpoint, weights_only=True)
        self.network.load_state_dict(state["weights"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.progress = Progress(**state["progress"])
        sys.stderr.write(f"{self.model.name}: continued at step {self.progress.step}\n")
