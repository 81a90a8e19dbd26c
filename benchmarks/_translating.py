"""Sentences a second of translating, beside what one would write in an afternoon, with the same weights.

The network has random weights, which never end a translation: its length is set, the same for every way. What
is compared is time; that all ways say the same is for the tests, and for the column that counts it.
`benchmarks.models` runs it.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

import torch

from projner_core.inference import devices
from projner_core.inference.converted import load_converted
from projner_core.inference.generation import Generator, load_generator

LANGUAGES = ("deu_Latn", "eng_Latn")


class Row(NamedTuple):
    """One way to translate, and the best of its rounds."""

    name: str
    sentences_a_second: float
    same: float  # share of sentences with the pieces of the plain loop


def compare(
    folder: Path,
    texts: Sequence[str],
    *,
    beams: int = 4,
    pieces: int = 32,
    rounds: int = 2,
    device: str = "cpu",
) -> list[Row]:
    """Every way to translate the same texts, in turns, so that what else the machine does falls on all alike.

    Args:
        folder: a translation model with random weights, NLLB's kind.
        texts: in the first of `LANGUAGES`.
        pieces: of each translation.
        rounds: how often each is measured, after one that is not; the best counts.
    """
    ways = _ways(folder, texts, beams, pieces, device)
    spent = dict.fromkeys(ways, float("inf"))
    said: dict[str, list[list[int]]] = {}
    for turn in range(rounds + 1):
        for name, way in ways.items():
            began = time.perf_counter()
            said[name] = way()
            if turn:
                spent[name] = min(spent[name], time.perf_counter() - began)
    plain = said[next(iter(ways))]
    return [
        Row(
            name,
            len(texts) / spent[name],
            # CTranslate2 rounds the length that is set up to 32
            sum(one[:pieces] == other[:pieces] for one, other in zip(said[name], plain, strict=True))
            / len(texts),
        )
        for name in ways
    ]


def table(rows: Sequence[Row]) -> str:
    """The rows as Markdown; speeds beside that of the first."""
    lines = ["| translating | sentences/s | times | same as the loop |", "|---|---|---|---|"]
    lines += [
        f"| {row.name} | {row.sentences_a_second:.2f} | "
        f"{row.sentences_a_second / rows[0].sentences_a_second:.1f} | {row.same:.0%} |"
        for row in rows
    ]
    return "\n".join(lines)


def _ways(
    folder: Path, texts: Sequence[str], beams: int, pieces: int, device: str
) -> dict[str, Callable[[], list[list[int]]]]:
    from transformers import AutoModelForSeq2SeqLM

    ours = load_generator(str(folder), device=device, dtype="float32")
    plain = AutoModelForSeq2SeqLM.from_pretrained(folder).eval().to(device)
    ways: dict[str, Callable[[], list[list[int]]]] = {
        "transformers, one by one, float32": lambda: _one_by_one(plain, ours, texts, beams, pieces),
        "ours, float32": lambda: _in_batches(ours, texts, beams, pieces),
    }
    numbers = devices.dtype("auto", devices.device(device))
    if numbers != "float32":
        half = load_generator(str(folder), device=device, dtype=numbers)
        ways[f"ours, {numbers}"] = lambda: _in_batches(half, texts, beams, pieces)
    for quantization in ("float32", "int8") if device == "cpu" else ("float16",):
        fast = load_converted(str(folder), device=device, quantization=quantization)
        # The tokenizer of a made-up model has a hundredth of the network's pieces, and the others, which are
        # not to be written, are a list too long to hand over for every batch. Real models have a hundred.
        network: Any = fast.network
        network._never = network._never[:100]
        ways[f"ours by CTranslate2, {quantization}"] = (
            lambda fast=fast: _in_batches(fast, texts, beams, pieces)  # type: ignore[misc]
        )
    return ways


def _in_batches(generator: Generator, texts: Sequence[str], beams: int, pieces: int) -> list[list[int]]:
    sources = generator.writer.sources(texts, *LANGUAGES)
    opening = generator.writer.opening(LANGUAGES[1])
    found = dict(generator.network.write(sources, opening, [pieces] * len(texts), beams))
    return [found[place] for place in range(len(texts))]


def _one_by_one(
    network: Any, generator: Generator, texts: Sequence[str], beams: int, pieces: int
) -> list[list[int]]:
    """As the models' cards say, but that the length is set, and unused places of the network not written."""
    writer = generator.writer
    start, told = writer.opening(LANGUAGES[1])
    known = network.config.vocab_size
    unused = torch.zeros(known)
    unused[writer.pieces :] = -torch.inf
    unused[writer.never] = -torch.inf

    def unwritten(_: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        return scores + unused.to(scores.device) if scores.isfinite().sum() > len(scores) else scores

    found = []
    for text in texts:
        source = torch.tensor(writer.sources([text], *LANGUAGES), device=network.device)
        with torch.inference_mode():
            written = network.generate(
                input_ids=source,
                num_beams=beams,
                do_sample=False,
                early_stopping=beams > 1,
                renormalize_logits=True,
                decoder_start_token_id=start,
                forced_bos_token_id=told,
                eos_token_id=writer.end,
                pad_token_id=writer.pad,
                min_new_tokens=pieces + 1,
                max_new_tokens=pieces + 2,
                forced_eos_token_id=writer.end,
                logits_processor=[unwritten],
            )
        found.append(written[0].tolist()[2 : 2 + pieces])
    return found


def measured(sentences: int, *, layers: int, beams: int, pieces: int, rounds: int, device: str) -> str:
    """The table of a network of NLLB-600M's width, with what was measured above it."""
    from benchmarks import _shapes, pipeline

    texts = [" ".join(tokens) for tokens in pipeline.sentences(sentences)]
    with tempfile.TemporaryDirectory() as place, patch.dict(os.environ, {"XDG_CACHE_HOME": place}):
        shape = _shapes.NLLB_600M._replace(layers=layers)
        folder = _shapes.nllb(Path(place) / "model", texts, shape)
        rows = compare(folder, texts, beams=beams, pieces=pieces, rounds=rounds, device=device)
    return (
        f"{len(texts)} sentences, {layers} + {layers} layers as wide as NLLB-600M's, {beams} beams, "
        f"{pieces} pieces a translation, {torch.get_num_threads()} threads, {device}\n\n{table(rows)}"
    )
