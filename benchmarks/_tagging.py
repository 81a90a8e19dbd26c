"""Words a second of tagging, beside what one would write in an afternoon, and beside transformers' pipeline.

All have the weights of the bundled tagger, as a BertForTokenClassification that transformers loads (the
bundled tagger itself, which adds a vector for the case of each word, has a row of its own).
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import torch

from projner_core.bundled import MODELS
from projner_core.inference.classifiers import load_classifier
from projner_core.inference.networks.tagger import load

Sentences = Sequence[Sequence[str]]


class Row(NamedTuple):
    """One way to tag, and the best of its rounds."""

    name: str
    words_a_second: float
    words_a_cpu_second: float  # of all threads; what else the machine does changes it little
    same: float | None  # share of words with the tag of the plain loop; None where it gives no tag a word


def compare(sentences: Sentences, *, rounds: int = 3, device: str = "cpu") -> list[Row]:
    """Every way to tag the same sentences, in turns, so that what else the machine does falls on all alike.

    Args:
        rounds: how often each is measured, after one that is not; the best counts.
    """
    with same_weights() as folder:
        ways = _ways(folder, device)
        tags = {name: way(sentences) for name, way in ways.items()}
        seconds = dict.fromkeys(ways, float("inf"))
        computing = dict.fromkeys(ways, float("inf"))
        for _ in range(rounds):
            for name, way in ways.items():
                began, busy = time.perf_counter(), time.process_time()
                way(sentences)
                seconds[name] = min(seconds[name], time.perf_counter() - began)
                computing[name] = min(computing[name], time.process_time() - busy)
    words = sum(map(len, sentences))
    expected = next(iter(tags.values()))
    return [
        Row(name, words / seconds[name], words / computing[name], _same(expected, tags[name]))
        for name in ways
    ]


def table(rows: Sequence[Row]) -> str:
    """As Markdown; the first row is what the others are held against."""
    plain = rows[0].words_a_second
    lines = ["| tagging | words/s | ratio | words/CPU-s | same tags |", "|---|---|---|---|---|"]
    for row in rows:
        same = "" if row.same is None else f"{row.same:.2%}"
        lines.append(
            f"| {row.name} | {row.words_a_second:,.0f} | {row.words_a_second / plain:.1f} "
            f"| {row.words_a_cpu_second:,.0f} | {same} |"
        )
    return "\n".join(lines)


@contextmanager
def same_weights() -> Iterator[Path]:
    """The bundled tagger as a checkpoint that transformers itself loads: without the shapes of words."""
    from transformers import BertConfig, BertForTokenClassification

    network, said = load(MODELS / "english-ner", MODELS)
    about = {key: value for key, value in said.encoder.items() if key != "model_type"}
    config = BertConfig(**about, id2label=dict(enumerate(said.labels)))
    plain = BertForTokenClassification(config)
    plain.bert.load_state_dict(network.encoder.state_dict())
    plain.classifier.load_state_dict(network.head.state_dict())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        plain.save_pretrained(folder)
        for file in (MODELS / said.base).glob("tokenizer*"):
            (folder / file.name).write_bytes(file.read_bytes())
        yield folder


def _ways(folder: Path, device: str) -> dict[str, Callable[[Sentences], Any]]:
    from transformers import AutoModelForTokenClassification, AutoTokenizer, pipeline

    tokenizer = AutoTokenizer.from_pretrained(folder)
    network = AutoModelForTokenClassification.from_pretrained(folder).eval().to(device)
    # Of the pipeline the fairest: it is told where words end, and gives one answer a word.
    ready = pipeline(
        "token-classification",
        model=network,
        tokenizer=tokenizer,
        device=device,
        aggregation_strategy="first",
    )

    def one_by_one(sentences: Sentences) -> list[list[int]]:
        found = []
        for words in sentences:
            encoded = tokenizer(list(words), is_split_into_words=True, truncation=True, return_tensors="pt")
            with torch.inference_mode():
                best = network(**encoded.to(device)).logits[0].argmax(dim=-1).tolist()
            numbers = encoded.word_ids(0)
            first = {word: at for at, word in reversed(list(enumerate(numbers))) if word is not None}
            found.append([best[first[word]] for word in range(len(words)) if word in first])
        return found

    def by_pipeline(batch_size: int) -> Callable[[Sentences], Any]:
        def tag(sentences: Sentences) -> Any:
            for _ in ready([" ".join(words) for words in sentences], batch_size=batch_size):
                pass

        return tag

    def ours(model: str, dtype: str) -> Callable[[Sentences], list[list[int]]]:
        classifier = load_classifier(model, device=device, dtype=dtype)
        return lambda sentences: [
            rows.argmax(axis=1).tolist() for rows in classifier.probabilities(sentences)
        ]

    return {
        "plain loop, one by one": one_by_one,
        'pipeline("ner"), one by one': by_pipeline(1),
        'pipeline("ner"), batches of 32': by_pipeline(32),
        "ProjNER, float32": ours(str(folder), "float32"),
        "ProjNER, dtype auto": ours(str(folder), "auto"),
        "ProjNER, the bundled tagger, dtype auto": ours(str(MODELS / "english-ner"), "auto"),
    }


def _same(expected: list[list[int]], found: list[list[int]] | None) -> float | None:
    if found is None:
        return None
    pairs = [
        tags
        for one, other in zip(expected, found, strict=True)
        if len(one) == len(other)  # else the plain loop cut the sentence off
        for tags in zip(one, other, strict=True)
    ]
    return sum(one == other for one, other in pairs) / len(pairs)
