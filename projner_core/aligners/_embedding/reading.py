"""Sentences into vectors: each distinct sentence is read once, in batches of like length.

What is aligned is a *unit*: a piece of a word as the model cuts it, or a whole word, whose vector is the mean
of its pieces' vectors.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from projner_core.corpus import Sentence
from projner_core.inference import Encoder, Subwords, Window, across, split, windows
from projner_core.languages import choose

if TYPE_CHECKING:
    import torch

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Reading:
    """The units of some sentences.

    Attributes:
        vectors: float32 (all units + 1, size), on the device; the last row is zeros, for padding.
        first: where each sentence's units begin in `vectors`, int64 (sentences + 1,).
        words: for each unit the offset of its word in its sentence, int64 (all units,).
        pieces: of each sentence.
        whole: for each sentence whether it was read at once, and not in windows.
    """

    vectors: torch.Tensor
    first: Integers
    words: Integers
    pieces: list[Subwords]
    whole: list[bool]

    def of(self, sentence: int) -> slice:
        """The units of a sentence."""
        return slice(int(self.first[sentence]), int(self.first[sentence + 1]))


def read(
    encoder: Encoder, sentences: Sequence[Sentence], codes: Sequence[str], layer: int, *, by_word: bool
) -> Reading:
    """Read sentences.

    Args:
        codes: for each sentence the language code that the tokenizer is told; all empty where it wants none.
        layer: whose vectors; 0 to `encoder.layers`.
        by_word: whether words are the units.

    Raises:
        ProjnerError: as `Encoder.hidden`, or the memory does not suffice.
    """
    import torch

    pieces = _pieces(encoder, sentences, codes)
    begin = np.concatenate(([0], np.cumsum([len(found) for found in pieces], dtype=np.int64)))
    jobs: list[tuple[int, Window]] = []
    for index, found in enumerate(pieces):
        room = encoder.limit - len(found.before) - len(found.after)
        jobs.extend((index, window) for window in windows(len(found), room))
    inputs = [
        (*pieces[index].before, *pieces[index].ids[window.start : window.end], *pieces[index].after)
        for index, window in jobs
    ]

    def compute(one: Encoder, chosen: list[int]) -> torch.Tensor:
        return one.hidden([inputs[position] for position in chosen], layer)

    vectors: torch.Tensor | None = None
    encoders = [encoder, *encoder.others]
    lengths = [len(given) for given in inputs]
    for chosen, found_there in across(lengths, encoders, compute, budget=lambda one: one.budget):
        hidden = found_there.to(encoder.device)
        if vectors is None:
            vectors = hidden.new_zeros((int(begin[-1]) + 1, hidden.shape[-1]))
        rows: list[Integers] = []
        columns: list[Integers] = []
        places: list[Integers] = []
        for row, position in enumerate(chosen):
            index, window = jobs[position]
            taken = np.arange(window.first, window.last)
            rows.append(np.full(len(taken), row))
            columns.append(taken - window.start + len(pieces[index].before))
            places.append(taken + begin[index])
        row_index, column_index, place = (
            torch.from_numpy(np.concatenate(part)).to(hidden.device) for part in (rows, columns, places)
        )
        vectors[place] = hidden[row_index, column_index]
    if vectors is None:
        vectors = torch.zeros((1, 1))
    words = np.concatenate([np.array([], dtype=np.int64), *(np.array(found.words) for found in pieces)])
    whole = [len(found) + len(found.before) + len(found.after) <= encoder.limit for found in pieces]
    words = words.astype(np.int64)
    if by_word:
        vectors, begin, words = _means(vectors, begin, words)
    return Reading(vectors, begin, words, pieces, whole)


def code_for(lang: str, encoder: Encoder) -> str:
    """The tokenizer's code for a language; its usual one where it knows none, empty where it wants none."""
    if not encoder.codes:
        return ""
    by_language = {code.strip("_"): code for code in encoder.codes}
    known = choose(lang, by_language)
    return by_language[known[0]] if known else encoder.default_code


def _pieces(encoder: Encoder, sentences: Sequence[Sentence], codes: Sequence[str]) -> list[Subwords]:
    found = [Subwords((), ())] * len(sentences)
    with encoder.lock:
        for code in sorted(set(codes)):
            chosen = [index for index, given in enumerate(codes) if given == code]
            if code:
                encoder.tokenizer.src_lang = code
            cut = split(encoder.tokenizer, [sentences[index].tokens for index in chosen])
            for index, subwords in zip(chosen, cut, strict=True):
                found[index] = subwords
    return found


def _means(
    vectors: torch.Tensor, begin: Integers, words: Integers
) -> tuple[torch.Tensor, Integers, Integers]:
    """The same with words as units. A word without pieces has no unit."""
    import torch

    sentence = np.repeat(np.arange(len(begin) - 1), np.diff(begin))
    new = np.ones(len(words), dtype=bool)  # whether a piece begins a word
    new[1:] = (words[1:] != words[:-1]) | (sentence[1:] != sentence[:-1])
    word = np.cumsum(new) - 1
    count = int(new.sum())
    index = torch.from_numpy(word).to(vectors.device)
    sums = vectors.new_zeros((count + 1, vectors.shape[1])).index_add_(0, index, vectors[:-1])
    sizes = torch.from_numpy(np.bincount(word, minlength=count + 1)).to(vectors.device).clamp(min=1)
    first = np.concatenate(([0], np.cumsum(np.bincount(sentence[new], minlength=len(begin) - 1))))
    return sums / sizes[:, None], first.astype(np.int64), words[new]
