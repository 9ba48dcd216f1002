"""Pre-train the tiny zoo and export it: ``python scripts/pretrain_zoo.py --text en=FILE zh=FILE --work DIR --out DIR``.

Interrupt it at any moment and run it again: finished models are skipped, a started one goes on from its last
checkpoint, at most two minutes old. Everything is a function of the text, ``zoo/specs.toml`` and the seeds in it.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

# Before torch and tokenizers start their threads: one thread a process is the fastest way to use few cores.
os.environ.update(OMP_NUM_THREADS="1", RAYON_NUM_THREADS="1", TOKENIZERS_PARALLELISM="false")

from typing import TYPE_CHECKING

import torch
from transformers.utils import logging

from zoo.architectures import build_config, build_model
from zoo.export import CARD, export
from zoo.pretraining import Pretraining
from zoo.specs import ZooModel, read_specs
from zoo.text import TextFile, mixed_paragraphs, token_stream
from zoo.tokenisers import train_tokeniser

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Text that a tokeniser is trained on.
_TOKENISER_BYTES = 8_000_000
#: Training tokens per second on one thread, about, for a million parameters.
_TOKENS_PER_SECOND = 10_000


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    options = _parser().parse_args(arguments)
    known = {model.name: model for model in read_specs()}
    names = options.models.split(",") if options.models else list(known)
    unknown = sorted(set(names) - set(known))
    if unknown:
        sys.stderr.write(f"no model called {unknown[0]!r}; known: {', '.join(known)}\n")
        return 2
    models = [known[name] for name in names]
    if options.list:
        sys.stdout.write("".join(map(_cost_line, models)))
        return 0
    todo = [model for model in models if not (options.out / model.name / CARD).exists()]
    _prepare(todo, options.text, options.work)
    try:
        _train_all(todo, options)
    except KeyboardInterrupt:
        sys.stderr.write("interrupted; run the same command again to go on\n")
        return 130
    return 0


def train(model: ZooModel, files: list[TextFile], work: Path, out: Path) -> Path:
    """Train one model to its end, export it and return its folder."""
    torch.set_num_threads(1)
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]  # the library leaves it untyped
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # the library leaves it untyped
    files = [file for file in files if file.language in model.tokeniser.shares]
    tokeniser = train_tokeniser(model.tokeniser, (), work)
    training = Pretraining(model, tokeniser, token_stream(model.tokeniser, tokeniser, files, work), work)
    training.run()
    return export(model, training, tokeniser, [file.digest() for file in files], out)


def _prepare(models: list[ZooModel], files: list[TextFile], work: Path) -> None:
    """Train tokenisers and tokenise the text once, before workers share them."""
    for spec in {model.tokeniser.name: model.tokeniser for model in models}.values():
        paragraphs = mixed_paragraphs(files, spec.shares, _TOKENISER_BYTES)
        token_stream(spec, train_tokeniser(spec, paragraphs, work), files, work)


def _train_all(models: list[ZooModel], options: argparse.Namespace) -> None:
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(options.workers, mp_context=spawn) as pool:
        futures = [pool.submit(train, model, options.text, options.work, options.out) for model in models]
        try:
            for future in as_completed(futures):
                sys.stderr.write(f"exported {future.result()}\n")
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _cost_line(model: ZooModel) -> str:
    network = build_model(model, build_config(model), model.seed)
    n_params = sum(parameter.numel() for parameter in network.parameters())
    minutes = model.tokens * n_params / 1e6 / _TOKENS_PER_SECOND / 60
    return (
        f"{model.name:14} {n_params:>9,} parameters  {model.tokens / 1e6:4.1f} M tokens  {model.tokeniser.name:14}"
        f"  about {minutes:4.1f} min on one thread\n"
    )


def _text_file(argument: str) -> TextFile:
    language, _, path = argument.partition("=")
    if not path or not Path(path).is_file():
        raise argparse.ArgumentTypeError(f"want LANGUAGE=FILE of an existing file, got {argument!r}")
    return TextFile(language=language, path=Path(path))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--text",
        nargs="+",
        type=_text_file,
        default=[],
        metavar="LANGUAGE=FILE",
        help="one paragraph a line, plain or gzip",
    )
    parser.add_argument("--work", type=Path, default=Path(".zoo"), help="checkpoints, tokenisers, token streams")
    parser.add_argument("--out", type=Path, default=Path("registries/audition_registries/zoo"))
    parser.add_argument("--models", help="comma-separated names; all by default")
    parser.add_argument("--workers", type=int, default=2, help="single-thread processes")
    parser.add_argument("--list", action="store_true", help="show the models and what they cost, train nothing")
    return parser


if __name__ == "__main__":
    sys.exit(main())
