"""Words into the pieces that a model reads, and back: which piece is of which word.

A sentence that is longer than the model can read is read in overlapping windows; `windows` says which, and
from which of them each piece is taken.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any


@dataclass(frozen=True, slots=True)
class Subwords:
    """The pieces of one sentence.

    A word may have none: what is nothing but zero-width characters, say.

    Attributes:
        ids: the number of each piece, without those that the tokenizer puts around a sentence.
        words: for each piece the offset of its word; never falls.
        before: what the tokenizer puts before a sentence: `[CLS]`, a language code, or nothing.
        after: what it puts behind.
    """

    ids: tuple[int, ...]
    words: tuple[int, ...]
    before: tuple[int, ...] = ()
    after: tuple[int, ...] = ()

    def __len__(self) -> int:
        return len(self.ids)


def split(tokenizer: Any, sentences: Sequence[Sequence[str]]) -> list[Subwords]:
    """The pieces of each sentence, given as words; by `word_ids`, or, of a slow tokenizer, word by word.

    Args:
        tokenizer: of transformers, fast or slow.
        sentences: the words of each. They are not cut any further than the tokenizer cuts them, and not
            truncated.
    """
    texts = [[_readable(word) for word in sentence] for sentence in sentences]
    if not tokenizer.is_fast:
        return _word_by_word(tokenizer, texts)
    filled = [index for index, text in enumerate(texts) if text]
    found = [Subwords((), ())] * len(texts)
    if not filled:
        return found
    encoded = tokenizer(
        [texts[index] for index in filled],
        is_split_into_words=True,
        return_attention_mask=False,
        return_token_type_ids=False,
        padding=False,
        truncation=False,
        verbose=False,
    )
    for row, index in enumerate(filled):
        ids, words = encoded["input_ids"][row], encoded.word_ids(row)
        inside = [position for position, word in enumerate(words) if word is not None]
        if inside:
            found[index] = Subwords(
                tuple(ids[position] for position in inside),
                tuple(words[position] for position in inside),
                tuple(ids[: inside[0]]),
                tuple(ids[inside[-1] + 1 :]),
            )
    return found


def split_composed(tokenizer: Any, sentences: Sequence[Sequence[str]]) -> list[Subwords]:
    """As `split`, of copies of the words in NFC: to the vocabularies of many cased models `São` in NFD is
    unknown. Taggers read so, in training and after it."""
    return split(tokenizer, [[unicodedata.normalize("NFC", word) for word in words] for words in sentences])


def _word_by_word(tokenizer: Any, texts: Sequence[Sequence[str]]) -> list[Subwords]:
    known: dict[str, tuple[int, ...]] = {}
    for word in dict.fromkeys(word for text in texts for word in text):
        known[word] = tuple(tokenizer(word, add_special_tokens=False, verbose=False)["input_ids"])
    before, after = _around(tokenizer)
    found = []
    for text in texts:
        ids = tuple(piece for word in text for piece in known[word])
        words = tuple(offset for offset, word in enumerate(text) for _ in known[word])
        found.append(Subwords(ids, words, before, after))
    return found


def _around(tokenizer: Any) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """What a slow tokenizer puts before and behind a sentence."""
    bare = tokenizer("a", add_special_tokens=False)["input_ids"]
    whole = tokenizer("a")["input_ids"]
    for begin in range(len(whole) - len(bare) + 1):
        if whole[begin : begin + len(bare)] == bare:
            return tuple(whole[:begin]), tuple(whole[begin + len(bare) :])
    return (), ()


def _readable(word: str) -> str:
    """The word, with halves of surrogate pairs replaced: tokenizers take no others."""
    return word if word.isascii() else word.encode("utf-8", "replace").decode("utf-8")


@dataclass(frozen=True, slots=True)
class Window:
    """The pieces `[start, end)` of a sentence, of which those of `[first, last)` are taken."""

    start: int
    end: int
    first: int
    last: int


def windows(length: int, room: int) -> list[Window]:
    """Windows of at most `room` pieces over a sentence of `length`, each overlapping the last by half.

    Each piece is taken from the window in which it has the most context on its poorer side, that is, is
    farthest from an edge at which the window ends and the sentence does not; of two alike, the earlier.
    """
    if length <= room:
        return [Window(0, length, 0, length)] if length else []
    step = max(room // 2, 1)
    count = -(-(length - room) // step) + 1
    starts = [min(index * step, length - room) for index in range(count)]
    # Between two neighbours the better changes half way through what they share.
    turns = [(left + room + right + 1) // 2 for left, right in pairwise(starts)]
    return [
        Window(start, start + room, first, last)
        for start, first, last in zip(starts, [0, *turns], [*turns, length], strict=True)
    ]
