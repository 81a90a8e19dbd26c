"""The embedding aligner beside the simalign package, on the same weights in one run: speed and links.

    PROJNER_DATA=... python -m benchmarks.aligners [--pairs 200] [--threads 2] [--model FOLDER]
    PROJNER_DATA=... python -m benchmarks.aligners --identity 500

Europarl-NER, English to German. Without a model the weights are random, in the size of
bert-base-multilingual-cased, with a WordPiece tokenizer made of the corpus: what is measured does not
depend on what the weights say. simalign is run as its users run it, one pair at a time, on a CPU and,
where there is one, on a CUDA device.

`--identity` compares links instead, of three methods and both units, float32: on this model, on a tiny one,
and on the tiny one with Ancient Greek. networkx takes its time for mwmf.
"""

from __future__ import annotations

import argparse
import copy
import logging
import os
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np

from benchmarks.statistical import load
from projner_core import aligners, inference
from projner_core.aligners._embedding import exactly
from projner_core.aligners._embedding.matching import Shapes, heaviest_matching
from projner_core.corpus import Alignment, Pair
from projner_core.inference.products import quicken
from tests import models

METHODS = {"inter": "a", "itermax": "i", "mwmf": "m"}
UNITS = {"subword": "bpe", "word": "word"}
LAYER = 8
Links = list[tuple[int, int]]


def main() -> int:
    """Print what was measured; the exit code is 1 where links differ."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--pairs", type=int, default=200, help="how many pairs to time ours with")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--model", type=Path, help="a folder; else random weights in mBERT's size")
    parser.add_argument("--identity", type=int, metavar="PAIRS", help="compare links of that many pairs")
    arguments = parser.parse_args()
    if "PROJNER_DATA" not in os.environ:
        print("PROJNER_DATA names no folder of corpora: nothing to measure")
        return 0
    logging.disable(logging.INFO)  # what the package says of every model
    import torch

    torch.set_num_threads(arguments.threads)
    with tempfile.TemporaryDirectory() as scratch:
        pairs = load("europarl en-de")[0]
        model = arguments.model or models.mbert_sized(Path(scratch) / "mbert", texts_of(pairs))
        if arguments.identity:
            return identity(model, Path(scratch), pairs, arguments.identity)
        matching()
        for device in ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]:
            speed(model, pairs[: arguments.pairs], device, arguments.threads)
    return 0


def speed(model: Path, pairs: Sequence[Pair], device: str, threads: int) -> None:
    """Pairs a second, beside the package, and beside what the device multiplies."""
    import torch

    # The package takes its time; every fourth pair, so that both see pairs of one kind.
    few = pairs[::4] if device == "cpu" else pairs
    work = operations(model, pairs) / len(pairs)
    about = f"{threads} threads" if device == "cpu" else torch.cuda.get_device_name()
    print(f"\n{device} ({about}), {len(pairs)} pairs, {len(few)} for the package; itermax, subwords, layer 8")
    print(
        f"{'system':24} {'pairs/s':>8} {'times simalign':>15} {'GFLOP/s':>8} {'matrix rate':>12} {'share':>6}"
    )
    theirs = package(model, "subword", ["itermax"], device)
    theirs(few[0])
    base = len(few) / min(seconds(lambda: [theirs(pair) for pair in few]) for _ in range(2))
    rate = matrix_rate("float32", device)
    row = "{:24} {:8.1f} {:15.2f} {:8.0f} {:12.0f} {:6.0%}"
    for_few = operations(model, few) / len(few)
    print(
        row.format("simalign", base, 1.0, base * for_few / 1e9, rate / 1e9, base * for_few / rate), flush=True
    )
    found: dict[str, list[Alignment]] = {}
    for dtype in ("float32", "bfloat16"):
        aligner = aligners.create("simalign", model=str(model), device=device, dtype=dtype)
        aligner.align(pairs[:2])
        times = []
        for _ in range(2):
            began = time.perf_counter()
            found[dtype] = in_chunks(aligner, pairs)
            times.append(time.perf_counter() - began)
        own = len(pairs) / min(times)
        rate = matrix_rate(dtype, device)
        name = f"ours, {dtype}"
        print(row.format(name, own, own / base, own * work / 1e9, rate / 1e9, own * work / rate), flush=True)
        del aligner
        inference.free()
    print(f"link F1 of bfloat16 beside float32: {f1(found['float32'], found['bfloat16']):.4f}")


def in_chunks(aligner: Any, pairs: Sequence[Pair]) -> list[Alignment]:
    """As the pipeline asks for them."""
    size = aligner.chunk
    starts = range(0, len(pairs), size)
    return [found for start in starts for found in aligner.align(pairs[start : start + size])]


def identity(model: Path, scratch: Path, pairs: Sequence[Pair], most: int) -> int:
    """Compare links with the package's, pair by pair."""
    greek = load("ugarit grc-en")[0]
    tiny = models.bert(scratch / "tiny", texts_of([*pairs, *greek]), layers=9, positions=512)
    differ = 0
    for name, folder, chosen in (
        ("tiny", tiny, pairs[:most]),
        ("tiny, grc-en", tiny, greek[:most]),
        ("mBERT-sized", model, pairs[:most]),
    ):
        for units in UNITS:
            theirs = list(map(package(folder, units, METHODS, "cpu"), chosen))
            for method in METHODS:
                ours = aligners.create(
                    "simalign", model=str(folder), method=method, units=units, device="cpu", dtype="float32"
                )
                with mock.patch.object(exactly, "cosines", wraps=exactly.cosines) as again:
                    found = [[(link.source, link.target) for link in a.links] for a in ours.align(chosen)]
                three = zip(chosen, found, theirs, strict=True)
                wrong = [pair.id for pair, links, expected in three if links != expected[method]]
                print(
                    f"{name:14} {units:8} {method:8} the same links in {len(chosen) - len(wrong)} of "
                    f"{len(chosen)}; {again.call_count} read again",
                    *wrong[:5],
                    flush=True,
                )
                differ += len(wrong)
    return int(differ > 0)


def matching() -> None:
    """mwmf of one matrix of 100 × 100 tokens: scipy beside networkx, which the package uses."""
    import torch
    from simalign import SentenceAligner

    cells = np.random.default_rng(0).uniform(0.5, 1.0, (100, 100)).astype(np.float32)
    shapes = Shapes.of(torch.tensor([100]), torch.tensor([100]))
    batch = torch.from_numpy(cells)[None]
    ours = min(seconds(lambda: heaviest_matching(batch, shapes)) for _ in range(20))
    theirs = seconds(lambda: SentenceAligner.get_max_weight_match(cells))
    print(f"mwmf, 100 × 100 tokens: {1000 * ours:.1f} ms; networkx {1000 * theirs:.0f} ms")


def package(
    model: Path, units: str, methods: Iterable[str], device: str
) -> Callable[[Pair], dict[str, Links]]:
    """The simalign package, a pair at a time; its links by method."""
    from simalign import SentenceAligner

    theirs = SentenceAligner(
        model=str(model),
        token_type=UNITS[units],
        matching_methods="".join(METHODS[method] for method in methods),
        device=device,
        layer=LAYER,
    )

    def align(pair: Pair) -> dict[str, Links]:
        source, target = pair.both()
        links: dict[str, Links] = theirs.get_word_aligns(list(source.tokens), list(target.tokens))
        return links

    return align


def operations(model: Path, pairs: Sequence[Pair]) -> float:
    """Additions and multiplications of matrices that layers 1 to 8 need for these pairs, without padding."""
    import transformers

    config = transformers.AutoConfig.from_pretrained(model)
    tokenizer = inference.load_tokenizer(str(model))
    sides = inference.split(tokenizer, [side.tokens for pair in pairs for side in pair.both()])
    size, wide = config.hidden_size, config.intermediate_size
    lengths = np.array([len(side) + len(side.before) + len(side.after) for side in sides], dtype=float)
    a_layer = lengths * (8 * size * size + 4 * size * wide) + lengths**2 * 4 * size
    return float(LAYER * a_layer.sum())


def matrix_rate(dtype: str, device: str) -> float:
    """What the device multiplies, in operations a second: the rows of a batch × 768 by 768 × 3072; on a CPU
    by torch's own product or by oneDNN, whichever is quicker."""
    import torch

    rows = 512 if device == "cpu" else 16384
    given = torch.randn(rows, 768, device=device, dtype=getattr(torch, dtype))
    layer = torch.nn.Linear(768, 3072, bias=False, device=device, dtype=getattr(torch, dtype))
    quick = torch.nn.Sequential(copy.deepcopy(layer))
    if device == "cpu" and dtype == "float32":
        quicken(quick)

    def multiply(product: Callable[[torch.Tensor], torch.Tensor]) -> None:
        with torch.inference_mode():
            for _ in range(10):
                product(given)
        if device != "cpu":
            torch.cuda.synchronize()

    times = [seconds(partial(multiply, product)) for product in (layer, quick) for _ in range(6)]
    return 10 * 2 * rows * 768 * 3072 / min(times)


def f1(one: Sequence[Alignment], other: Sequence[Alignment]) -> float:
    """Of the links of two runs over the same pairs."""
    sets = [[{(link.source, link.target) for link in found.links} for found in run] for run in (one, other)]
    shared = sum(len(a & b) for a, b in zip(*sets, strict=True))
    return 2 * shared / sum(len(links) for run in sets for links in run)


def texts_of(pairs: Sequence[Pair]) -> list[str]:
    """Every sentence, its tokens joined."""
    return [" ".join(side.tokens) for pair in pairs for side in pair.both()]


def seconds(run: Callable[[], Any]) -> float:
    """How long it takes."""
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


if __name__ == "__main__":
    raise SystemExit(main())
