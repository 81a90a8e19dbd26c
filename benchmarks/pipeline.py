"""Sentences a second of each stage, with networks as large as the real ones (their weights are random).

    python -m benchmarks.pipeline [--device auto] [--dtype auto] [--sentences 200] [--large] [--beams 1]

Stages: translating (NLLB-600M's shape; with `--large` NLLB-3.3B's), tagging (XLM-R-Large), aligning (mBERT,
layer 8). Beside the speed: its share of the ceiling, which is what the same device reaches when it does
nothing but multiply two square matrices in the same numbers, and the most memory that the stage took. Where
there is a CUDA device, tags and translations of some sentences are computed on the CPU too and compared.

A random network never says that it is done: a translation is stopped at as many pieces as were read, which is
about what real ones have.
"""

from __future__ import annotations

import argparse
import os
import random
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch

from benchmarks import _shapes
from benchmarks._shapes import Shape
from projner_core import aligners
from projner_core.corpus import Pair, Sentence
from projner_core.formats import conll
from projner_core.inference import devices, free
from projner_core.inference.classifiers import load_classifier
from projner_core.inference.generation import load_generator

_SQUARE = 4096  # rows and columns of the matrices of the ceiling


def ceiling(place: str, numbers: str) -> float:
    """Floating-point operations a second of one large product."""
    dtype = getattr(torch, numbers)
    size = _SQUARE if place != "cpu" else _SQUARE // 2
    left, right = (torch.randn(size, size, device=place).to(dtype) for _ in range(2))
    best = 0.0
    for _ in range(8):
        began = time.perf_counter()
        _ = left @ right
        _wait(place)
        best = max(best, 2 * size**3 / (time.perf_counter() - began))
    return best


def sentences(count: int) -> list[tuple[str, ...]]:
    """Real English sentences where there are some, else made ones of like length."""
    folder = os.environ.get("PROJNER_DATA")
    if folder:
        path = Path(folder) / "uner-pud" / "en.conll"
        found = [sentence.tokens for sentence in conll.read(path, conll.detect_layout(path))]
    else:
        sentence = "the president of the union met a delegation from Berlin , and they spoke of trade ."
        words = sentence.split()
        found = [tuple(words[(i * j) % len(words)] for j in range(8 + i * 7 % 30)) for i in range(1000)]
    return [found[i % len(found)] for i in range(count)]


def matrices(shape: Shape) -> int:
    """Weights of the matrices that one piece meets in an encoder."""
    return shape.layers * (4 * shape.hidden**2 + 2 * shape.hidden * shape.inner)


def measure(place: str, work: Callable[[], float]) -> tuple[float, float, float]:
    """Seconds, floating-point operations and the most memory (bytes; 0 where not known) of a stage.

    It is done once before, so that what is measured does not compile, load or grow.
    """
    work()
    if place.startswith("cuda"):
        torch.cuda.reset_peak_memory_stats(place)
    began = time.perf_counter()
    operations = work()
    _wait(place)
    peak = torch.cuda.max_memory_allocated(place) if place.startswith("cuda") else 0
    return time.perf_counter() - began, operations, peak


def main() -> None:
    """Print a line a stage."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--device", default="auto")
    parser.add_argument("--dtype", default="auto")
    parser.add_argument("--sentences", type=int, default=200)
    parser.add_argument("--large", action="store_true", help="translate with NLLB-3.3B's shape")
    parser.add_argument("--beams", type=int, default=1)
    arguments = parser.parse_args()
    place = devices.device(arguments.device)
    numbers = devices.dtype(arguments.dtype, place)
    texts = sentences(arguments.sentences)
    top = ceiling(place, numbers)
    print(f"{devices.describe(place)}\nceiling: {top / 1e12:.2f} TFLOP/s in {numbers}", flush=True)
    with tempfile.TemporaryDirectory(prefix="projner-") as scratch:
        for stage in (translating, tagging, aligning):
            name, work = stage(Path(scratch), texts, place, numbers, arguments)
            spent, operations, peak = measure(place, work)
            print(
                f"{name:42} {len(texts) / spent:8.2f} sentences/s  {operations / spent / top:6.1%} of the "
                f"ceiling  {peak / 2**30:6.1f} GiB",
                flush=True,
            )
            del work
            free()
        if place.startswith("cuda"):
            agreement(Path(scratch), texts[:50], place)


Stage = tuple[str, Callable[[], float]]


def translating(
    scratch: Path, texts: Sequence[tuple[str, ...]], place: str, numbers: str, arguments: argparse.Namespace
) -> Stage:
    """NLLB, German to English as it believes."""
    shape = _shapes.NLLB_3_3B if arguments.large else _shapes.NLLB_600M
    stored = "float32" if place == "cpu" else numbers
    folder = _shapes.nllb(scratch / "nllb", _corpus(), shape, stored)
    generator = load_generator(str(folder), device=place, dtype=arguments.dtype)
    network: Any = generator.network
    known = shape.pieces
    drawn = random.Random(0)
    # The tokenizer that is made here cuts words into letters; NLLB's makes some 1.4 pieces of a word.
    (one,) = generator.writer.sources(["a"], "de", "en")
    sources = [
        [one[0], *(drawn.randrange(10, known) for _ in range(round(1.4 * len(text)))), one[-1]]
        for text in texts
    ]
    opening, most = generator.writer.opening("en"), [len(source) for source in sources]

    def work() -> float:
        found = dict(generator.network.write(sources, opening, most, arguments.beams))
        read, written = sum(map(len, sources)), sum(map(len, found.values())) * arguments.beams
        # each layer of the decoder has a second attention, whose keys and values are made once a source
        decoder = matrices(shape) + shape.layers * 2 * shape.hidden**2 + shape.hidden * shape.pieces
        once = matrices(shape) + shape.layers * 2 * shape.hidden**2 * arguments.beams
        return float(2 * (read * once + written * decoder))

    return (
        f"translate, NLLB-{'3.3B' if arguments.large else '600M'}, beams {arguments.beams}, {network.dtype}",
        work,
    )


def tagging(
    scratch: Path, texts: Sequence[tuple[str, ...]], place: str, numbers: str, arguments: argparse.Namespace
) -> Stage:
    """XLM-R-Large with nine tags."""
    folder = _tagger(scratch)
    classifier = load_classifier(str(folder), device=place, dtype=numbers)
    pieces = _pieces(folder, texts)

    def work() -> float:
        classifier.probabilities(texts)
        return 2.0 * pieces * matrices(_shapes.XLM_R_LARGE)

    return "tag, XLM-R-Large", work


def aligning(
    scratch: Path, texts: Sequence[tuple[str, ...]], place: str, numbers: str, arguments: argparse.Namespace
) -> Stage:
    """mBERT, layer 8, both sides."""
    folder = _shapes.bert_encoder(scratch / "mbert", _corpus(), _shapes.MBERT)
    pairs = [Pair(str(i), Sentence(text, "en"), Sentence(text[::-1], "de")) for i, text in enumerate(texts)]
    aligner = aligners.create("simalign", model=str(folder), layer=8, device=place, dtype=numbers)
    pieces = 2 * _pieces(folder, texts)

    def work() -> float:
        aligner.align(pairs)
        return 2.0 * pieces * matrices(_shapes.MBERT._replace(layers=8))

    return "align, mBERT to layer 8 (SimAlign)", work


def agreement(scratch: Path, texts: Sequence[tuple[str, ...]], place: str) -> None:
    """How often a device and the CPU say the same, in float32 and in the device's own numbers."""
    folder = str(_tagger(scratch))
    at_home = load_classifier(folder, device="cpu", dtype="float32").probabilities(texts)
    for numbers in dict.fromkeys(("float32", devices.dtype("auto", place))):
        found = load_classifier(folder, device=place, dtype=numbers).probabilities(texts)
        words = sum(map(len, texts))
        same = sum(int((a.argmax(1) == b.argmax(1)).sum()) for a, b in zip(at_home, found, strict=True))
        apart = max(float(abs(a - b).max()) for a, b in zip(at_home, found, strict=True))
        print(
            f"{place} in {numbers}: {same / words:.2%} of {words} tags as on the CPU, "
            f"probabilities within {apart:.4f}"
        )


def _tagger(scratch: Path) -> Path:
    folder = scratch / "xlmr"
    if not folder.is_dir():
        _shapes.xlm_roberta_tagger(folder, _corpus(), _shapes.XLM_R_LARGE)
    return folder


def _corpus() -> list[str]:
    """What tokenizers are made of: enough that most words are a piece or two."""
    return [" ".join(text) for text in sentences(1000)]


def _pieces(folder: Path, texts: Sequence[tuple[str, ...]]) -> int:
    from projner_core.inference import load_tokenizer, split

    return sum(len(found) + 2 for found in split(load_tokenizer(str(folder)), texts))


def _wait(place: str) -> None:
    if place.startswith("cuda"):
        torch.cuda.synchronize(place)


if __name__ == "__main__":
    main()
