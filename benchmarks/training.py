"""Words a second of training, beside a plain loop over the same network: what each measure is worth.

    PROJNER_DATA=... python -m benchmarks.training [--sentences 640] [--threads 2] [--rounds 2]

A BERT encoder in the size of all-MiniLM-L6-v2 with random weights learns from UNER-EWT's dev sentences, one
epoch a round, in the same run: a plain loop (float32, batches in the order of the file, the loss of
transformers), ours in float32, ours in bfloat16, and ours with frozen vectors of pieces. Checked beside it:
a training that is killed after each epoch ends in the same bytes as one that is not.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks._shapes import MINILM, bert_encoder
from projner_core.inference.loading import load_network, load_tokenizer
from projner_core.pipeline.training import corpus_of_file
from projner_core.training import Corpus, Step, TrainingConfig, train
from projner_core.training.corpora import tags_of
from projner_core.training.loop import learn
from projner_core.training.states import States

BATCH = 32


def plain(folder: Path, one: Corpus) -> float:
    """Words a second of a loop as one writes it first, from the end of its first step on."""
    import torch

    tokenizer, tags = load_tokenizer(str(folder)), tags_of([one])
    network: Any = torch.nn.Module()
    network.encoder = load_network(str(folder)).train()
    network.head = torch.nn.Linear(MINILM.hidden, len(tags))
    optimiser = torch.optim.AdamW(network.parameters(), lr=5e-5)
    words, begun = 0, 0.0
    for start in range(0, len(one.examples), BATCH):
        some = one.examples[start : start + BATCH]
        read = tokenizer(
            [list(example.tokens) for example in some],
            is_split_into_words=True,
            padding=True,
            return_tensors="pt",
        )
        right = torch.full(read["input_ids"].shape, -100)
        for row, example in enumerate(some):
            seen: set[int] = set()
            for column, word in enumerate(read.word_ids(row)):
                if word is not None and word not in seen:
                    seen.add(word)
                    right[row, column] = tags.index(example.tags[word])
        hidden = network.encoder(
            input_ids=read["input_ids"], attention_mask=read["attention_mask"]
        ).last_hidden_state
        scores = network.head(hidden)
        loss = torch.nn.functional.cross_entropy(scores.flatten(0, 1), right.flatten())
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        if begun:
            words += sum(len(example.tokens) for example in some)
        begun = begun or time.perf_counter()
    return words / (time.perf_counter() - begun)


def ours(config: TrainingConfig, one: Corpus, place: Path) -> float:
    """Words a second of the same, of all steps but the first."""
    times: list[float] = []

    def on_step(step: Step) -> None:
        if not step.ends_epoch:
            times.append(time.perf_counter())

    learn(config, [one], [], States(place, "benchmark"), on_step)
    words = sum(len(example.tokens) for example in one.examples)
    return words * (len(times) - 1) / len(times) / (times[-1] - times[0])


def same_bytes(config: TrainingConfig, one: Corpus, place: Path) -> bool:
    """Whether a training that is killed after each of its epochs gives the weights of an unbroken one."""

    class KilledError(Exception):
        pass

    def kill(step: Step) -> None:
        if step.ends_epoch and step.step < step.steps:
            raise KilledError

    unbroken = train(config, [one], [], place / "unbroken").folder
    while not (place / "killed").exists():
        try:
            train(config, [one], [], place / "killed", on_step=kill)
        except KilledError:
            continue
    files = [folder / "model.safetensors" for folder in (unbroken, place / "killed")]
    return files[0].read_bytes() == files[1].read_bytes()


def show(name: str, rates: Sequence[float]) -> None:
    """A line: the best round, as others are disturbed by what else the machine does."""
    print(f"{name:44} {max(rates):8,.0f} words a second   (rounds: {', '.join(f'{r:,.0f}' for r in rates)})")


def main() -> int:
    """Print what was measured; the exit code is 1 where a resumed training ended elsewhere."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--sentences", type=int, default=640)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=2)
    options = parser.parse_args()
    data = os.environ.get("PROJNER_DATA")
    if not data:
        print("PROJNER_DATA names no folder of real corpora: nothing to measure")
        return 0
    import torch

    torch.set_num_threads(options.threads)
    whole = corpus_of_file(Path(data) / "uner-ewt" / "dev.conll")
    one = Corpus("UNER-EWT dev", whole.examples[: options.sentences])
    with tempfile.TemporaryDirectory() as made:
        texts = [" ".join(example.tokens) for example in whole.examples]
        folder = bert_encoder(Path(made) / "encoder", texts, MINILM)
        config = TrainingConfig(model=str(folder), epochs=1, batch_size=BATCH, device="cpu", dtype="float32")
        half = config.changed(dtype="bfloat16")
        ways = {
            "ours, float32": config,
            "ours, bfloat16": half,
            "ours, bfloat16, frozen vectors": half.changed(freeze_embeddings=True),
        }
        rates: dict[str, list[float]] = {}
        for number in range(options.rounds):
            rates.setdefault("a plain loop, float32", []).append(plain(folder, one))
            for name, way in ways.items():
                rates.setdefault(name, []).append(ours(way, one, Path(made) / f"{name}-{number}"))
        for name, found in rates.items():
            show(name, found)
        few = Corpus(one.name, one.examples[: 3 * BATCH])
        same = same_bytes(config.changed(epochs=3), few, Path(made))
        print("a training killed after each epoch ends in", "the same bytes" if same else "OTHER WEIGHTS")
    return 0 if same else 1


if __name__ == "__main__":
    raise SystemExit(main())
