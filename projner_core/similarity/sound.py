"""What a word sounds of: a rough key in any language, for names that are spelt by ear.

It is no phonetic transcription: nothing here knows how a language is read aloud. Vowels, which writers of
different scripts hear differently or do not write, are left out, and consonants that are heard as one
another (p and b, d and t, k, g, c and q, f, v and ph, r and l, s and z) are one. So `merkel`, `меркель` and
`ميركل` are all `mlkl`; but `wien` is `n` and `vienna` is `fnn`, and words that only share their consonants
are taken for one.
"""

from __future__ import annotations

import re
from functools import lru_cache

from projner_core.similarity.spelling import romanise

# Scripts that spell foreign names by their consonants (Hebrew to Syriac), or by syllables and not letter by
# letter (Thai to Khmer; Kana and Han); and how many consonants a word must have to be compared by them.
# Syllables romanised have a few in common by chance.
BY_SOUND = (
    (re.compile(r"[\u0590-\u05ff\u0600-\u074f\u08a0-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]"), 3),
    (
        re.compile(
            r"[\u0e01-\u0eff\u0f40-\u0fbc\u1000-\u109f\u1780-\u17d3\u3041-\u30ff\u3400-\u9fff\uf900-\ufaff]"
        ),
        4,
    ),
)
_SOUNDS = (("ph", "f"), ("ch", "k"), ("kh", "k"), ("gh", "g"), ("dh", "d"), ("th", "t"), ("x", "ks"))
_NEAR_SOUNDS = str.maketrans(
    {
        "c": "k",
        "q": "k",
        "g": "k",
        "v": "f",
        "p": "b",
        "d": "t",
        "r": "l",
        "z": "s",
        **dict.fromkeys("aeiouyw", ""),
    }
)
_VAV = "\u05d5"  # mostly a vowel, in names


@lru_cache(maxsize=200_000)
def consonants(word: str) -> str:
    """The consonants that a word sounds of, the near ones as one: `merkel` and `ميركل` are both `mlkl`."""
    sounds = "".join(c for c in romanise(word.replace(_VAV, "")) if c.isalnum())
    for letters, sound in _SOUNDS:
        sounds = sounds.replace(letters, sound)
    return sounds.translate(_NEAR_SOUNDS)
