"""The same curve by `transformers.Trainer` at its best settings, from rows that are tokenised already.

Length grouping, the fused optimiser, evaluation sorted by length, nothing saved, nothing logged. The
model is loaded anew for each size; the process is one. What it prints besides losses is its own CPU time, taken before
the losses are summed over tokens: Trainer's own evaluation averages the means of batches.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import torch
import transformers


def main(arguments: dict[str, Any]) -> None:
    """Print the test losses by size, in nats a token, and the CPU seconds spent."""
    torch.set_num_threads(1)
    os.environ["TRANSFORMERS_VERBOSITY"] = "error"
    rows = json.loads(Path(arguments["rows"]).read_text(encoding="utf-8"))
    recipe = arguments["recipe"]
    tokeniser = transformers.AutoTokenizer.from_pretrained(arguments["folder"])
    is_seq2seq = arguments["is_seq2seq"]
    auto: Any = transformers.AutoModelForSeq2SeqLM if is_seq2seq else transformers.AutoModelForCausalLM
    losses, unscored = [], 0.0
    for size in arguments["sizes"]:
        model = auto.from_pretrained(arguments["folder"], dtype=torch.float32)
        collate = transformers.DataCollatorForSeq2Seq(tokeniser, model=model if is_seq2seq else None)
        trainer = trainer_of(model, collate, rows, size, recipe, arguments["output"], is_seq2seq=is_seq2seq)
        trainer.train()
        trainer.evaluate(rows["test"])
        started = time.process_time()
        losses.append(pooled_loss(model, collate, rows["test"]))
        unscored += time.process_time() - started
    print(json.dumps({"losses": losses, "cpu_seconds": time.process_time() - unscored}))


def trainer_of(
    model: Any, collate: Any, rows: dict[str, Any], size: int, recipe: dict[str, Any], output: str, *, is_seq2seq: bool
) -> Any:
    """Return the trainer of one run."""
    kind: Any = transformers.Seq2SeqTrainer if is_seq2seq else transformers.Trainer
    options: Any = transformers.Seq2SeqTrainingArguments if is_seq2seq else transformers.TrainingArguments
    n_steps = -(-size // recipe["batch_size"]) * recipe["epochs"]
    return kind(
        model=model,
        args=options(
            output_dir=output,
            use_cpu=True,
            seed=0,
            num_train_epochs=recipe["epochs"],
            per_device_train_batch_size=recipe["batch_size"],
            per_device_eval_batch_size=16,  # of 8, 16, 32 and 64 the fastest on a CPU
            train_sampling_strategy="group_by_length",
            learning_rate=recipe["learning_rate"],
            weight_decay=recipe["weight_decay"],
            warmup_steps=round(recipe["warmup_ratio"] * n_steps),
            lr_scheduler_type="cosine",
            optim="adamw_torch_fused",
            eval_strategy="epoch",
            save_strategy="no",
            logging_strategy="no",
            prediction_loss_only=True,
            report_to=[],
            disable_tqdm=True,
        ),
        data_collator=collate,
        train_dataset=rows["train"][:size],
        eval_dataset=rows["validation"],
        processing_class=None,
    )


def pooled_loss(model: Any, collate: Any, rows: list[dict[str, list[int]]]) -> float:
    """Return Σ −log p over Σ tokens of `rows`."""
    nll, n = 0.0, 0
    model.eval()
    with torch.no_grad():
        for row in rows:
            batch = collate([row])
            n_scored = int((batch["labels"] != -100).sum())
            nll += float(model(**batch).loss) * n_scored
            n += n_scored
    return nll / n


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
