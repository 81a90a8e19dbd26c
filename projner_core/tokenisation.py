"""Running text to tokens, by small rules, for texts that come without tokens.

Two ways. `"spaces"`: the text is tokenised already; tokens stand between spaces and tabs, and any
other character (a no-break space, U+2028) is part of its token. `"words"`: words, numbers and
punctuation come apart, in any script:

- a word is letters, digits and their marks (so NFD and the vowel signs of Indic scripts stay whole),
  with apostrophes, hyphens and middle dots inside it, and points and commas between digits;
- Han, Kana, Thai, Lao, Khmer and Myanmar, which write no spaces between words, fall into single
  characters with their marks; Tibetan falls into syllables;
- an emoji with its modifiers and joiners is one token, and so is a flag;
- `U.S.` stays whole; English `'s` comes apart, and so do elided articles (`l'`, `dell'`, `d'`).

No token is normalised: the tokens are pieces of the text, in order, and only white space and U+200B
(zero-width space) lie between them.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Iterable
from functools import lru_cache
from typing import Literal, get_args

How = Literal["spaces", "words"]

# Blocks whose letters are tokens of their own: [start, end) pairs of code points, in order.
_UNSPACED = (
    *(0x0E00, 0x0F00),  # Thai, Lao
    *(0x1000, 0x10A0),  # Myanmar
    *(0x1780, 0x1800),  # Khmer
    *(0x2E80, 0x2FE0),  # Han radicals
    *(0x3005, 0x3008),  # Han iteration mark, closing mark and zero
    *(0x3031, 0x3036),  # Kana repeat marks
    *(0x3040, 0x30FB),  # Hiragana, Katakana
    *(0x30FC, 0x3100),  # (U+30FB, the middle dot, is punctuation)
    *(0x31F0, 0x3200),  # Katakana of Ainu
    *(0x3400, 0x4DC0),  # Han
    *(0x4E00, 0xA000),
    *(0xA9E0, 0xAA00),  # Myanmar
    *(0xAA60, 0xAA80),
    *(0xF900, 0xFB00),  # Han, compatibility
    *(0xFF66, 0xFFA0),  # half-width Kana
    *(0x1AFF0, 0x1B170),  # Kana
    *(0x20000, 0x40000),  # Han
)

_ZERO_WIDTH_SPACE = "\u200b"
_ZERO_WIDTH_JOINER = "\u200d"
_TSHEG = "\u0f0b"  # ends a Tibetan syllable
_STACKERS = frozenset("\u17d2\u1039")  # Khmer coeng, Myanmar virama: the next letter stands below
_APOSTROPHES = frozenset("'’")
_INNER = _APOSTROPHES | frozenset("-\u2010\u2011_·\u05f3\u05f4")  # inside a word, between letters
_DECIMAL = frozenset(".,\u066b\u066c")  # inside a number, between digits
_ELIDING = frozenset({"fr", "fra", "it", "ita", "ca", "cat", "oc", "oci", "scn", "nap", "fur", "lij", "vec"})
_ONE_WORD = frozenset({"aujourd", "prud", "quelqu"})  # French words with an apostrophe inside
_SENTENCE_ENDS = frozenset(".!?…।۔؟።။\u3002\uff01\uff1f")


def tokenise(text: str, lang: str = "und", how: How = "words") -> tuple[str, ...]:
    """The tokens of one sentence; empty where the text is.

    Args:
        text: one sentence.
        lang: BCP 47, ISO 639 or FLORES code; only the rules for apostrophes look at it.
        how: `"words"`, or `"spaces"` where the text is tokenised already.

    Raises:
        ValueError: no such way.
    """
    return tuple(text[start:end] for start, end in locate(text, lang, how))


def locate(text: str, lang: str = "und", how: How = "words") -> tuple[tuple[int, int], ...]:
    """Where the tokens stand: `[start, end)` in characters (Unicode code points), in order."""
    if how not in get_args(How):
        raise ValueError(f"tokenise by {' or '.join(get_args(How))}, not by {how!r}")
    places = []
    position = 0
    code = lang.replace("_", "-").split("-")[0].lower()
    while position < len(text):
        if how == "spaces":
            end = _until_space(text, position)
        elif _kind(text[position]) == "space":
            end = position
        else:
            end = _token_end(text, position, code)
        if end > position:
            places.append((position, end))
        position = max(end, position + 1)
    return tuple(places)


def guess(lines: Iterable[str]) -> How:
    """How a text is to be tokenised: by spaces where its final punctuation stands apart already.

    Of the lines that end in punctuation, nine in ten must have a space before it; a text without any
    such line is taken for running text.
    """
    final = apart = 0
    for line in lines:
        text = line.rstrip()
        if len(text) > 1 and text[-1] in _SENTENCE_ENDS:
            final += 1
            apart += text[-2] == " "
    return "spaces" if final and apart >= 0.9 * final else "words"


def unspaced(character: str) -> bool:
    """Whether a character is of a script that is written without spaces between words."""
    code = ord(character)
    return bisect_right(_UNSPACED, code) % 2 == 1 or 0x0F00 <= code < 0x1000  # Tibetan


def elides(lang: str) -> bool:
    """Whether a language, by its ISO 639 code, has articles that end in an apostrophe, as in `l'acqua`."""
    return lang in _ELIDING


def _until_space(text: str, position: int) -> int:
    end = position
    while end < len(text) and text[end] not in " \t":
        end += 1
    return end


Kind = Literal["space", "word", "mark", "alone", "symbol", "flag", "other"]


@lru_cache(maxsize=32_768)
def _kind(character: str) -> Kind:
    if character.isspace() or character == _ZERO_WIDTH_SPACE:
        return "space"
    category = unicodedata.category(character)
    code = ord(character)
    if category[0] == "M" or category == "Cf" or 0x1F3FB <= code <= 0x1F3FF:  # skin tones
        return "mark"
    if category[0] in "LN":
        return "alone" if bisect_right(_UNSPACED, code) % 2 else "word"
    if 0x1F1E6 <= code <= 0x1F1FF:
        return "flag"
    return "symbol" if category == "So" else "other"


def _token_end(text: str, start: int, lang: str) -> int:
    kind = _kind(text[start])
    if kind == "word":
        return _abbreviation_end(text, start) or _word_end(text, start, lang)
    if lang in ("en", "eng") and _is_genitive(text, start):
        return start + 2
    end = _marks_end(text, start + 1)
    if kind == "flag" and end < len(text) and _kind(text[end]) == "flag":
        return _marks_end(text, end + 1)
    while (
        kind == "symbol"
        and end < len(text)
        and text[end - 1] == _ZERO_WIDTH_JOINER
        and _is(text, end, "symbol")
    ):
        end = _marks_end(text, end + 1)
    return end


def _marks_end(text: str, position: int) -> int:
    while position < len(text) and _kind(text[position]) == "mark":
        stacks = text[position] in _STACKERS and _is(text, position + 1, "alone")
        position += 2 if stacks else 1
    return position


def _abbreviation_end(text: str, start: int) -> int:
    """The end of `U.S.` or `т.е.`: at least two single letters, each with its point; 0 where none is."""
    end = start
    while _is(text, end, "word") and text[end].isalpha() and text[end + 1 : end + 2] == ".":
        end += 2
    return end if end - start >= 4 and not _is(text, end, "word") else 0


def _word_end(text: str, start: int, lang: str) -> int:
    end = start + 1
    while end < len(text):
        character = text[end]
        if _kind(character) in ("word", "mark"):
            end += 1
        elif character == _TSHEG:
            return end + 1
        elif not _is(text, end + 1, "word") or not _joins(text, end):
            break
        elif character in _APOSTROPHES and lang in _ELIDING and text[start:end].lower() not in _ONE_WORD:
            return end + 1
        elif lang in ("en", "eng") and _is_genitive(text, end):
            break
        else:
            end += 1
    return end


def _joins(text: str, position: int) -> bool:
    character = text[position]
    if character in _DECIMAL:
        return text[position - 1].isdecimal() and text[position + 1].isdecimal()
    return character in _INNER


def _is_genitive(text: str, position: int) -> bool:
    return (
        position > 0
        and text[position] in _APOSTROPHES
        and text[position + 1 : position + 2] in ("s", "S")
        and _kind(text[position - 1]) in ("word", "mark")
        and not (_is(text, position + 2, "word") or _is(text, position + 2, "mark"))
    )


def _is(text: str, position: int, kind: Kind) -> bool:
    return position < len(text) and _kind(text[position]) == kind
