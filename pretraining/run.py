"""Rebuild `etude-mini` from scratch: texts, tokenizer, tokens, training, export, card.

    python -m pretraining.run --corpus ../shared/corpus --data ../shared/data

Each step is skipped when its result is there, and training goes on from its last checkpoint, so
that the command can be stopped and given again. Remove a step's folder under --work to redo it.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

SEED = 20
GENERATED, MUSIC = 160_000, 80_000
RATE = 8e-3
# Shares of the windows. First the languages, from books; then what conversations are made of, and
# music; what is read while the learning rate falls is what the model will be asked for.
READING = {
    "books-en": 0.26,
    "books-pt": 0.26,
    "generated-en": 0.17,
    "generated-pt": 0.17,
    "music-en": 0.05,
    "music-pt": 0.05,
    "questions-en": 0.01,
    "questions-pt": 0.03,
}
CONSTANT = {
    "books-en": 0.14,
    "books-pt": 0.14,
    "generated-en": 0.20,
    "generated-pt": 0.20,
    "music-en": 0.14,
    "music-pt": 0.14,
    "questions-en": 0.01,
    "questions-pt": 0.03,
}
FALLING = {
    "books-en": 0.10,
    "books-pt": 0.10,
    "generated-en": 0.24,
    "generated-pt": 0.24,
    "music-en": 0.14,
    "music-pt": 0.14,
    "questions-en": 0.01,
    "questions-pt": 0.03,
}


def main() -> None:
    """All steps, in order."""
    options = arguments()
    begin_again_with_allocator()
    work = options.work
    tokenizer, tokens, training = (
        work / "tokenizer",
        work / "tokens",
        work / f"train-{options.shape}",
    )
    if not (tokens / "counts.json").exists():
        prepare(options.corpus, options.data, tokenizer, tokens)

    from pretraining.card import write_card
    from pretraining.export import export
    from pretraining.train import Phase, train

    phases = [
        Phase("reading", options.reading, 8, 512, falls=False, weights=READING),
        Phase("constant", options.constant, 8, 512, falls=False, weights=CONSTANT),
        Phase("falling", options.falling, 8, 1024, falls=True, weights=FALLING),
    ]
    print(f"training: {training / 'log.jsonl'} tells how far it is", file=sys.stderr)
    checkpoint = train(training, tokens, tokenizer, options.shape, phases, RATE)
    export(checkpoint, options.shape, tokenizer, options.output)
    write_card(options.output, tokens, training / "log.jsonl")
    print(options.output)


def arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    here = Path(__file__).parent.parent
    parser.add_argument("--corpus", type=Path, required=True, help="en.txt.gz and pt.txt.gz")
    parser.add_argument("--data", type=Path, required=True, help="the real data of the recipes")
    parser.add_argument("--work", type=Path, default=here / "runs" / "pretraining")
    parser.add_argument("--output", type=Path, default=here / "src/etude/models/etude-mini")
    parser.add_argument("--shape", default="4m", help="a name in model.py")
    parser.add_argument("--reading", type=int, default=1275, help="steps of 4,096 tokens")
    parser.add_argument("--constant", type=int, default=2400, help="steps of 4,096 tokens")
    parser.add_argument("--falling", type=int, default=900, help="steps of 8,192 tokens")
    return parser.parse_args()


def prepare(corpus: Path, data: Path, tokenizer: Path, tokens: Path) -> None:
    """Read and generate the texts, leave out what is protected, learn the tokenizer, pack."""
    from etude.config.loading import RECIPES
    from etude.store import write_json
    from pretraining.document import Text, is_held_out
    from pretraining.leaks import Protected, protected_texts
    from pretraining.pack import pack
    from pretraining.texts import books, clean, generated, music, questions
    from pretraining.tokenizer import train

    protected = Protected(protected_texts(data, RECIPES / "material"))
    counts: Counter[str] = Counter()

    def texts() -> Iterator[Text]:
        yield from clean(books(corpus), protected, counts)
        yield from clean(questions(data), protected, counts)
        yield from clean(generated(GENERATED, SEED), protected, counts)
        yield from clean(music(MUSIC, SEED), protected, counts)

    kept = list(texts())
    print(f"{len(kept):,} texts; {dict(counts)}", file=sys.stderr)
    train((text.words() for text in kept if not is_held_out(text)), tokenizer)
    pack(kept, tokenizer, tokens)
    write_json(tokens / "left_out.json", dict(counts))


def begin_again_with_allocator() -> None:
    """Start this process anew with allocator settings, which are only read at the start."""
    from etude.environment import child_environment

    if "ETUDE_PRETRAINING" not in os.environ:
        environment = {**child_environment(), "ETUDE_PRETRAINING": "1"}
        again = [sys.executable, "-m", "pretraining.run", *sys.argv[1:]]
        os.execve(sys.executable, again, environment)  # noqa: S606 - ourselves


if __name__ == "__main__":
    main()
